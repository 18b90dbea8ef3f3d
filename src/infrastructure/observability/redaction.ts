const CENSORED = '[redacted]';
/** Names under which secrets travel, in any spelling: accessToken, access_token, set-cookie, DB_PASSWORD. */
const SECRET_NAME =
  /pass(word|wd|phrase)?$|token$|secret|authori[sz]ation|cookie|credential|api_?key|connection_?params|^variables$|^jwt/i;
const MAX_DEPTH = 6;

type Shape = readonly [RegExp, string];

/**
 * Shapes of secrets inside a finished line of JSON: bearer tokens, JSON Web Tokens, passwords in URLs, and quoted values of
 * secret names. None of them reaches over the end of a JSON string, so that the line stays JSON.
 */
const LINE_SHAPES: readonly Shape[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${CENSORED}`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, CENSORED],
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"]*):[^\s@/"]+@/gi, `$1:${CENSORED}@`],
  [/("\w*(?:password|token|secret|authorization)\w*":")(?:[^"\\]|\\.)*"/gi, `$1${CENSORED}"`],
  [/((?:password|token|secret|authorization)\w*(?:\\")?\s*[:=]\s*\\")[^"\\]*\\"/gi, `$1${CENSORED}\\"`],
  [/((?:password|token|secret|authorization)\w*'?\s*[:=]\s*')[^'"\\]*'/gi, `$1${CENSORED}'`],
];

/** In plain text quotes are not escaped. */
const TEXT_SHAPES: readonly Shape[] = [
  ...LINE_SHAPES,
  [/((?:password|token|secret|authorization)\w*"?\s*[:=]\s*")[^"]*"/gi, `$1${CENSORED}"`],
];

const without = (text: string, shapes: readonly Shape[]): string =>
  shapes.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), text);

/** A finished line of JSON without what looks like a secret; still JSON. */
export function redactLine(line: string): string {
  return without(line, LINE_SHAPES);
}

/** A copy of what is about to be logged, with the values of secret names left out at any depth. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    copy[name] =
      SECRET_NAME.test(name) && value !== null && value !== undefined ? CENSORED : redactValue(value, depth + 1);
  }
  return copy;
}

function redactValue(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describeError(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return redactObject(value as Record<string, unknown>, depth);
  // Dates and the like print themselves; a request, a socket or a context would print what it carries.
  return 'toJSON' in value ? value : `[${value.constructor?.name ?? 'object'}]`;
}

/** An error as a line needs it: no properties beside these, since drivers hang parameters and rows on theirs. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly cause?: DescribedError;
}

/** Type, message, stack, code and causes of an error, without the values that a statement was run with. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: typeof error === 'string' ? without(error, TEXT_SHAPES) : 'not an error' };
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? String(error.code) : null;
  const message = withoutParameters(error.message);
  const stack = error.stack === undefined ? null : withoutParameters(error.stack.replace(error.message, message));
  return {
    type: error.name,
    message,
    ...(stack === null ? {} : { stack }),
    ...(code === null ? {} : { code }),
    ...(error.cause instanceof Error && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
  };
}

/** drizzle writes the parameters of a failed statement, password hashes too, into the message. */
function withoutParameters(text: string): string {
  return without(text.replace(/^params: .*$/gm, `params: ${CENSORED}`), TEXT_SHAPES);
}
