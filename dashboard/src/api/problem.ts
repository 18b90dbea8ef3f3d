/** What went wrong, in the words of the API; every message says what to do next. */
export interface Problem {
  /** One of the API's codes, or NETWORK: no answer came. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
  /** Of CONFLICT: the version that the ticket has by now. */
  readonly currentVersion: number | null;
  readonly retryAfterSeconds: number | null;
  /** Of VALIDATION_FAILED: what is wrong with which value. */
  readonly fields: readonly { readonly path: string; readonly message: string }[];
}

/** A call that the API refused, or that did not reach it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

interface GraphqlErrorShape {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** No answer came: the network, or the server, is away. */
export function unreachable(message: string): Problem {
  return { ...EMPTY, code: 'NETWORK', message };
}

const EMPTY = { requestId: null, currentVersion: null, retryAfterSeconds: null, fields: [] } as const;

/** The problem that an error of an answer tells of. */
export function problemOf({ message, extensions = {} }: GraphqlErrorShape): Problem {
  const { code, requestId, currentVersion, retryAfterSeconds, fields } = extensions;
  return {
    code: typeof code === 'string' ? code : 'INTERNAL',
    message,
    requestId: typeof requestId === 'string' ? requestId : null,
    currentVersion: typeof currentVersion === 'number' ? currentVersion : null,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null,
    fields: Array.isArray(fields) ? (fields as Problem['fields']) : [],
  };
}

/** The problem behind anything that was thrown. */
export function asProblem(error: unknown, unknownMessage: string): Problem {
  if (error instanceof ApiError) return error.problem;
  return unreachable(unknownMessage);
}
