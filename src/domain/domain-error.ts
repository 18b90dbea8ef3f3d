/** One wrong input field: `path` as the caller wrote it ("input.title"), `message` what to do about it. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** What each code carries beside its message; `interfaces/graphql/errors.ts` turns it into `extensions`. */
export interface ErrorDetails {
  UNAUTHENTICATED: Record<never, never>;
  FORBIDDEN: Record<never, never>;
  NOT_FOUND: Record<never, never>;
  VALIDATION_FAILED: { readonly fields: readonly FieldError[] };
  ILLEGAL_TRANSITION: { readonly allowed: readonly string[] };
  CONFLICT: { readonly currentVersion?: number };
  RATE_LIMITED: { readonly retryAfterSeconds: number };
  UNAVAILABLE: { readonly retryAfterSeconds: number };
  /** `atLeast`: it was not counted to the end, and is `actual` or more. */
  LIMIT_EXCEEDED: { readonly limit: string; readonly max: number; readonly actual: number; readonly atLeast?: true };
  PAYLOAD_TOO_LARGE: { readonly limit: string; readonly max: number; readonly actual?: number };
  TIMEOUT: Record<never, never>;
  CURSOR_EXPIRED: Record<never, never>;
}

export type ErrorCode = keyof ErrorDetails;

/** The only error that the domain and the use cases throw on purpose; the closed set of codes is `ErrorDetails`. */
export class DomainError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: C,
    message: string,
    readonly details: ErrorDetails[C],
  ) {
    super(message);
  }
}

/** VALIDATION_FAILED for one field. */
export function invalid(path: string, message: string): DomainError<'VALIDATION_FAILED'> {
  return new DomainError('VALIDATION_FAILED', message, { fields: [{ path, message }] });
}

/** VALIDATION_FAILED for every field at once, when there is any; else nothing. */
export function throwIfInvalid(fields: readonly FieldError[]): void {
  if (fields.length === 0) return;
  const message = fields.length === 1 && fields[0] ? fields[0].message : `${fields.length} fields are not valid.`;
  throw new DomainError('VALIDATION_FAILED', message, { fields });
}

/** NOT_FOUND: also what an actor is told about a subject that they may not know of. */
export function notFound(what: string, id: string): DomainError<'NOT_FOUND'> {
  return new DomainError('NOT_FOUND', `There is no ${what} ${id}.`, {});
}
