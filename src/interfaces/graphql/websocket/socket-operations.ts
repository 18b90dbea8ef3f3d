import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { LiveSubscription } from '../../../application/live/live-subscription.ts';
import type { Logger } from '../../../application/runtime.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import { type Admission, until } from '../admission.ts';
import type { Caller } from '../caller.ts';
import { type Deadline, type RunWithin, startDeadline } from '../deadline.ts';
import { type FormatError, validationFailed } from '../errors.ts';
import type { LogScope } from '../log-scope.ts';
import { type OperationMetrics, OperationRecord } from '../operation-metrics.ts';
import { type Charge, type ChargeLogins, countLogins } from '../request-plugin.ts';
import type { AuditedMutations } from '../trail/audited-mutations.ts';
import { createDocumentReader } from '../validation/document-reader.ts';
import type { DocumentLimits } from '../validation/limits.ts';
import { operationCheck } from '../validation/operation-check.ts';
import { EXECUTION_OPTIONS } from '../validation/rules.ts';
import { countedStream } from './counted-stream.ts';
import { createFanOut } from './fan-out.ts';
import type { LiveSocket } from './live-socket.ts';
import type { Recipient } from './socket-member.ts';

export interface SocketOperationsDeps {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly introspection: boolean;
  /** `subscriptions`: queries and mutations are refused, they belong on HTTP. */
  readonly operations: 'subscriptions' | 'all';
  readonly maxSubscriptions: number;
  readonly operationTimeoutMs: number;
  /** See HttpServerDeps.within. */
  readonly runWithin: RunWithin;
  readonly createContext: (caller: Caller) => Caller;
  readonly auditedMutations?: AuditedMutations | undefined;
  readonly formatError: FormatError;
  /** What is done at once counts as a request over HTTP does. */
  readonly chargeRequest: (caller: Pick<Caller, 'actor' | 'ip'>) => Promise<Charge>;
  readonly chargeLogins: ChargeLogins;
  readonly admission: Admission;
  readonly newRequestId: () => string;
  readonly metrics: OperationMetrics;
  readonly logger: Logger;
  readonly scope: LogScope;
}

/** An operation that a socket sent and that was found fit to run. */
export interface SocketOperation {
  readonly caller: Caller;
  readonly record: OperationRecord;
  readonly deadline: Deadline;
  readonly recipient: Recipient;
}

interface RefusedOperation {
  readonly caller: Caller;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

type Prepared = { readonly args: ExecutionArgs; readonly operation: SocketOperation };

/** Prepares and runs the operations of sockets: same rules as HTTP, a time limit, metrics, and a request id on every log line. */
export function createSocketOperations(deps: SocketOperationsDeps) {
  const read = createDocumentReader(deps);
  const fanOut = createFanOut(deps);
  const check = operationCheck(deps.schema, deps.limits);
  const running = new WeakMap<object, SocketOperation>();

  /** Checks what a client wants to run, and makes its context. Errors refuse it; `active` counts this one too. */
  async function prepare(
    socket: LiveSocket,
    payload: SubscribePayload,
    requestId: string,
    active: number,
    to: Omit<Recipient, 'socket'>,
  ): Promise<Prepared | readonly GraphQLError[]> {
    const record = new OperationRecord(deps.metrics);
    const refuse = (error: DomainError): readonly GraphQLError[] => {
      record.finish(error.code);
      return [new GraphQLError(error.message, { originalError: error })];
    };
    if (active > deps.maxSubscriptions) return refuse(tooMany(deps.maxSubscriptions, active));

    const document = read(payload.query);
    const isRequest =
      !('kind' in document) || getOperationAST(document, payload.operationName)?.operation !== 'subscription';
    const over = deps.operations === 'all' && isRequest ? (await deps.chargeRequest(socket)).refusal : null;
    if (over) return refuse(over);
    if (!('kind' in document)) {
      record.finish(String(document[0]?.extensions.code));
      return document;
    }
    const operation = getOperationAST(document, payload.operationName);
    if (!operation) {
      const message = 'Name one of the operations of the document.';
      return refuse(validationFailed([{ path: 'operationName', message }]));
    }
    record.name = operation.name?.value ?? null;
    record.type = operation.operation;
    if (operation.operation !== 'subscription' && deps.operations === 'subscriptions') {
      const message = `Send a ${operation.operation} over HTTP; this WebSocket is for subscriptions.`;
      return refuse(validationFailed([{ path: 'query', message }]));
    }

    const { actor, ip, origin } = socket;
    const unbegun: Caller = { actor, authenticationError: null, requestId, ip, origin };
    // Subscriptions end when their user's sessions do; what is done at once must not be done in the moment before.
    const ended = operation.operation === 'subscription' ? null : await notConfirmed(socket);
    if (ended) {
      record.finish(ended instanceof DomainError ? ended.code : 'INTERNAL');
      const errors = [new GraphQLError(ended.message, { originalError: ended })];
      return trailed({ document, operation, caller: { ...unbegun, actor: null, authenticationError: ended } }, errors);
    }
    const exceeded = check(document, operation, payload.variables ?? {});
    if (exceeded) return trailed({ document, operation, caller: unbegun }, refuse(exceeded));

    const deadline = startDeadline(deps.operationTimeoutMs);
    const caller: Caller = { ...unbegun, signal: deadline.signal };
    const logins = countLogins(document, operation);
    const refusal = logins > 0 ? (await deps.chargeLogins(caller, logins)).refusal : null;
    if (refusal) {
      deadline.clear();
      return trailed({ document, operation, caller }, refuse(refusal));
    }
    const contextValue = deps.createContext(caller);
    const variableValues = payload.variables ?? {};
    const operationName = payload.operationName ?? null;
    const prepared = { caller, record, deadline, recipient: { ...to, socket } };
    running.set(contextValue, prepared);
    return {
      args: { schema: deps.schema, document, operationName, variableValues, contextValue, options: EXECUTION_OPTIONS },
      operation: prepared,
    };
  }

  /** Starts a prepared operation, in its turn and within its time; what goes wrong is its result. */
  async function run<T>(args: ExecutionArgs, start: () => Promise<T>): Promise<T | ExecutionResult> {
    const { caller, deadline } = operationOf(args);
    const presence = caller.signal && until(caller.signal);
    // A subscription keeps its place until it has begun.
    const started = within(args, () => deps.admission.run(() => deps.runWithin(deadline.signal, start), presence));
    const result = await Promise.race([started, deadline.expired]).catch((error: unknown) => {
      started.then(endLate, () => {});
      const originalError = error instanceof Error ? error : new Error(String(error));
      return { errors: [new GraphQLError(originalError.message, { originalError })] };
    });
    deadline.clear();
    return result;
  }

  /** Runs a prepared subscription: its results as a stream, or past that to its socket where they are those of others too. */
  async function subscribe(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
    const { caller, record, deadline, recipient } = operationOf(args);
    const source = await run(args, () => createSourceEventStream(args));
    if (!(Symbol.asyncIterator in source)) return source;
    const { actor } = caller;
    const member =
      source instanceof LiveSubscription && actor ? fanOut.share(source, args, { ...caller, actor }, recipient) : null;
    record.finish('ok');
    deps.metrics.countSubscribers(1);
    const startedAt = performance.now();
    const inScope = <R>(work: () => R): R => within(args, work);
    const each = (rootValue: unknown) => execute({ ...args, rootValue });
    return countedStream(source, each, inScope, (streamed) => {
      deps.metrics.countSubscribers(-1);
      deadline.abandon();
      const events = streamed + (member?.given ?? 0);
      const seconds = Math.round(performance.now() - startedAt) / 1000;
      inScope(() => deps.logger.info({ events, seconds }, 'subscription ended'));
    });
  }

  async function executeAudited(args: ExecutionArgs): Promise<ExecutionResult> {
    const result = await run(args, async () => execute(args));
    const operation = getOperationAST(args.document, args.operationName);
    const caller = args.contextValue as Caller;
    if (operation) await trailed({ document: args.document, operation, caller }, result.errors ?? []);
    return result;
  }

  /** Leaves the entries of mutations that were refused with `errors` before they were begun, and passes these on. */
  async function trailed(refused: RefusedOperation, errors: readonly GraphQLError[]): Promise<readonly GraphQLError[]> {
    const { caller, document, operation } = refused;
    const codeOf = (error: GraphQLError) => String(deps.formatError(error, caller.requestId).extensions?.code);
    const told = errors.map((error) => ({ path: error.path, code: codeOf(error) }));
    await deps.auditedMutations?.refused(caller, document, operation, told);
    return errors;
  }

  function operationOf({ contextValue }: ExecutionArgs): SocketOperation {
    const operation = running.get(contextValue as object);
    if (!operation) throw new Error('An operation is run that was not prepared.');
    return operation;
  }

  function within<R>(args: ExecutionArgs, work: () => R): R {
    const { caller, record } = operationOf(args);
    return deps.scope.run({ requestId: caller.requestId, operation: record.name, userId: caller.actor?.id }, work);
  }

  return { prepare, subscribe, execute: executeAudited };
}

/** Why whoever signed the socket in may do nothing any more; null: they may. */
async function notConfirmed(socket: LiveSocket): Promise<Error | null> {
  try {
    await socket.confirm();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A stream that comes after its time must not run on unseen. */
function endLate(result: unknown): void {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return;
  void (result as AsyncGenerator<unknown>).return?.(undefined);
}

function tooMany(max: number, actual: number): DomainError {
  const message = `One socket holds at most ${max} subscriptions. End some, or open another socket.`;
  return new DomainError('LIMIT_EXCEEDED', message, { limit: 'subscriptions', max, actual });
}
