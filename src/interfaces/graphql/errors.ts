import { GraphQLError, type GraphQLFormattedError, Lexer, Source } from 'graphql';
import type { Logger } from '../../application/runtime.ts';
import { DomainError, type FieldError } from '../../domain/domain-error.ts';
import { argumentError, shortened, variableError, withoutSuggestion } from './input-errors.ts';
import { limitExceeded, tooManyComparisons } from './validation/limits.ts';

/** Turns any error into what a caller may see of it, with `requestId`; over HTTP and WebSocket alike. */
export type FormatError = (error: unknown, requestId: string) => GraphQLFormattedError;

export interface ErrorDeps {
  readonly logger: Logger;
  /** Recognises failures of the database: UNAVAILABLE, TIMEOUT; null: not one of them. */
  readonly translateError: (error: unknown) => DomainError | null;
  readonly maxTokens: number;
}

const MASKED = 'Something went wrong on our side. Try again, and quote the request id if it stays.';

/** The one translation of errors (docs/adr/0008). What nobody foresaw is logged once, with its stack, and masked. */
export function createErrorFormatter({ logger, translateError, maxTokens }: ErrorDeps): FormatError {
  const logged = new WeakSet<object>();

  const logOnce = (error: unknown, requestId: string): void => {
    if (typeof error === 'object' && error !== null) {
      if (logged.has(error)) return;
      logged.add(error);
    }
    logger.error({ err: error, requestId }, 'an operation failed for a reason that nobody foresaw');
  };

  return (error, requestId) => {
    const position = error instanceof GraphQLError ? whereOf(error) : {};
    const known = asDomainError(error, translateError, maxTokens);
    if (known instanceof DomainError) {
      const extensions = { code: known.code, ...known.details, requestId };
      return { message: known.message, ...position, extensions };
    }
    if (known) return { message: known.message, ...position, extensions: { code: known.code, requestId } };
    logOnce(rootOf(error), requestId);
    return { message: MASKED, ...position, extensions: { code: 'INTERNAL', requestId } };
  };
}

type GraphqlOnlyCode = 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' | 'PERSISTED_QUERY_NOT_FOUND';

function asDomainError(
  error: unknown,
  translateError: ErrorDeps['translateError'],
  maxTokens: number,
): DomainError | { code: GraphqlOnlyCode; message: string } | null {
  const root = rootOf(error);
  if (root instanceof DomainError) return root;
  // The parser ran out of stack; the document says why.
  if (root instanceof RangeError && root.cause instanceof DomainError) return root.cause;
  if (!(error instanceof GraphQLError && root instanceof GraphQLError)) return translateError(root);

  const input = variableError(error) ?? argumentError(error);
  if (input) return validationFailed([input]);
  if (error.message.startsWith('Too many errors processing variables')) {
    return validationFailed([{ path: 'variables', message: 'So many values are not valid that the check was ended.' }]);
  }
  switch (error.extensions.code) {
    case 'GRAPHQL_PARSE_FAILED':
      return / tokens\. Parsing aborted\.$/.test(error.message)
        ? tooManyTokens(error.source?.body ?? '', maxTokens)
        : { code: 'GRAPHQL_PARSE_FAILED', message: shortened(error.message) };
    case 'GRAPHQL_VALIDATION_FAILED':
      if (error.message === 'Validation aborted.') return tooManyComparisons();
      return { code: 'GRAPHQL_VALIDATION_FAILED', message: withoutSuggestion(error.message) };
    case 'PERSISTED_QUERY_NOT_FOUND':
      return { code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound' };
    case 'OPERATION_RESOLUTION_FAILURE':
      return validationFailed([{ path: 'operationName', message: shortened(error.message) }]);
    case 'BAD_REQUEST':
      return validationFailed([{ path: partOf(error.message), message: shortened(error.message.trim()) }]);
    default:
      break;
  }
  // Apollo's remaining refusals of a whole request (a wrong hash of a persisted query) carry a status and no code.
  const status = statusOf(error);
  if (status >= 400 && status < 500 && error.path === undefined) {
    return validationFailed([{ path: partOf(error.message), message: error.message }]);
  }
  return null;
}

/** VALIDATION_FAILED for what is wrong with a request. */
export function validationFailed(fields: readonly FieldError[]): DomainError<'VALIDATION_FAILED'> {
  const [first] = fields;
  const message =
    fields.length === 1 && first ? `${first.path}: ${first.message}` : `${fields.length} values are not valid.`;
  return new DomainError('VALIDATION_FAILED', message, { fields });
}

/** Several wrong variables come as an error each: makes one of them, that names every field at once. */
export function mergeFieldErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const [first] = errors;
  if (
    errors.length < 2 ||
    !first ||
    !errors.every((error) => !error.path && error.extensions?.code === 'VALIDATION_FAILED')
  ) {
    return errors;
  }
  const fields = errors.flatMap((error) => (error.extensions?.fields ?? []) as FieldError[]);
  const locations = errors.flatMap((error) => error.locations ?? []);
  const { message } = validationFailed(fields);
  return [{ message, locations, extensions: { ...first.extensions, fields } }];
}

/** What was thrown first, below the layers that graphql-js and Apollo put around it. */
export function rootOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootOf(error.originalError) : error;
}

function whereOf(error: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(error.locations ? { locations: error.locations } : {}), ...(error.path ? { path: error.path } : {}) };
}

function statusOf(error: GraphQLError): number {
  const { http } = error.extensions;
  return typeof http === 'object' && http !== null && 'status' in http && typeof http.status === 'number'
    ? http.status
    : 0;
}

/** Which part of a request Apollo's message is about. */
function partOf(message: string): string {
  if (message.includes('sha does not match') || message.includes('persisted query version'))
    return 'extensions.persistedQuery';
  if (message.startsWith('GraphQL queries')) return 'query';
  if (message.startsWith("An 'accept' header")) return 'accept';
  const part = /`(query|variables|extensions|operationName)`|The '?(query|variables|extensions|operationName)'? search/;
  const [, inBody, inSearch] = part.exec(message) ?? [];
  return inBody ?? inSearch ?? 'request';
}

/** Counting a megabyte of tokens would take longer than all that it is refused for. */
const COUNTED_TIMES = 10;

function tooManyTokens(body: string, max: number): DomainError {
  const enough = max * COUNTED_TIMES;
  return limitExceeded('tokens', max, countTokens(body, enough), { mostCounted: enough });
}

/** Tokens of a document, counted up to `enough`; what cannot be read ends the count. */
function countTokens(body: string, enough: number): number {
  const lexer = new Lexer(new Source(body));
  let count = 0;
  try {
    while (count < enough && lexer.advance().kind !== '<EOF>') count++;
  } catch {
    return count;
  }
  return count;
}
