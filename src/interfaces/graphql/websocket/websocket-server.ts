import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { type Context, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { SlowSubscriberError } from '../../../application/live/slow-subscriber-error.ts';
import type { Actor } from '../../../domain/actor.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import { type TraceFields, traceFields } from '../../trace-context.ts';
import { bearerIn } from '../bearer.ts';
import type { Authenticate } from '../caller.ts';
import { type FormatError, mergeFieldErrors, rootOf } from '../errors.ts';
import type { Charge } from '../request-plugin.ts';
import { boundedFrames } from './bounded-frames.ts';
import { Inbox } from './inbox.ts';
import { CLOSE, LiveSocket, type SocketLimits, type Visitor } from './live-socket.ts';
import { createSignedInSockets } from './signed-in-sockets.ts';
import { createSocketOperations, type SocketOperation, type SocketOperationsDeps } from './socket-operations.ts';

export interface WebSocketDeps extends SocketOperationsDeps {
  readonly authenticate: Authenticate;
  /** The time that tokens are judged by. */
  readonly now: () => Date;
  /** Tells of each user whose sessions ended, in whatever process; returns how to stop listening. */
  readonly onSessionsEnded: (listener: (userId: string) => void) => () => void;
  /** The upgrade was counted against an address; now its user is known. */
  readonly chargeUser: (actor: Actor, ip: string) => Promise<Charge>;
  readonly formatError: FormatError;
  readonly maxSocketsPerUser: number;
  readonly maxFrameBytes: number;
  /** How long a client may take to introduce itself; then 4408. */
  readonly initTimeoutMs: number;
  readonly socketLimits: SocketLimits;
}

/** Subscriptions over graphql-transport-ws. */
export interface SubscriptionServer {
  /** Takes over the connection of an HTTP upgrade request that was let in. */
  accept(request: IncomingMessage, connection: Duplex, head: Buffer, visitor: Visitor): void;
  /** Ends every socket with 1001; one that does not answer is cut after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

interface Connection {
  readonly socket: LiveSocket;
  readonly operations: Map<string, SocketOperation>;
  readonly requestIds: Map<string, string>;
  /** Told when an operation has ended, since its id may then come again. */
  inbox: Inbox | null;
  /** That of the upgrade request, unless `connectionParams` bring one. */
  trace: TraceFields;
}

type Session = Context<Record<string, unknown>, Connection>;

export function createSubscriptionServer(deps: WebSocketDeps): SubscriptionServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: deps.maxFrameBytes,
    WebSocket: boundedFrames(deps.maxFrameBytes),
    perMessageDeflate: false,
    handleProtocols: chooseProtocol,
  });
  const signedIn = createSignedInSockets(deps.onSessionsEnded, deps.maxSocketsPerUser);
  const operations = createSocketOperations(deps);

  const format = (session: Session, id: string, errors: readonly unknown[]): readonly GraphQLFormattedError[] => {
    const { socket, requestIds, operations: running } = session.extra;
    // A query or mutation that is refused is answered; only a subscription that cannot go on ends its socket.
    if (running.get(id)?.record.type === 'subscription') for (const error of errors) endFor(rootOf(error), socket);
    const requestId = requestIds.get(id) ?? socket.connectionId;
    return mergeFieldErrors(errors.map((error) => deps.formatError(tooSlow(rootOf(error)) ?? error, requestId)));
  };

  const protocol = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: deps.initTimeoutMs,
    subscribe: operations.subscribe,
    execute: operations.execute,

    async onConnect({ connectionParams, extra }) {
      const { socket } = extra;
      extra.trace = { ...extra.trace, ...traceFields(connectionParams?.traceparent) };
      const bearer = bearerIn(connectionParams?.authorization ?? connectionParams?.Authorization);
      if (bearer === null) return true;
      try {
        const session = await signedIn.admit(socket, async () => deps.authenticate(bearer()));
        if (!session) throw new DomainError('UNAUTHENTICATED', 'Your session has ended: sign in again', {});
        const { refusal } = await deps.chargeUser(session.actor, socket.ip);
        if (refusal) throw refusal;
        socket.confirm = () => deps.authenticate(bearer());
        socket.expireAt(session.expiresAt, deps.now());
        return true;
      } catch (error) {
        const { message, extensions } = deps.formatError(error, socket.connectionId);
        if (extensions?.code === 'UNAUTHENTICATED') socket.end(CLOSE.forbidden, closeReason(message));
        else socket.end(CLOSE.tryAgainLater, closeReason(message));
        return false;
      }
    },

    async onSubscribe(session, id, payload) {
      const requestId = deps.newRequestId();
      const { socket } = session.extra;
      session.extra.requestIds.set(id, requestId);
      const active = Object.keys(session.subscriptions).length;
      const to = { id, format: (errors: readonly unknown[]) => format(session, id, errors) };
      const prepared = await operations.prepare(socket, payload, requestId, active, to);
      if (!('args' in prepared)) return prepared;
      session.extra.operations.set(id, prepared.operation);
      return prepared.args;
    },

    onOperation(session, id, _payload, _args, result) {
      if (typeof result !== 'object' || result === null || Symbol.asyncIterator in result) return;
      const code = firstCode(format(session, id, (result as ExecutionResult).errors ?? []));
      session.extra.operations.get(id)?.record.finish(code ?? 'ok');
    },

    onNext(session, id, _payload, _args, result) {
      if (!result.errors) return undefined;
      const errors = format(session, id, result.errors);
      return result.data === undefined ? { errors } : { data: result.data, errors };
    },

    onError(session, id, _payload, errors) {
      session.extra.inbox?.tellEnd(id);
      return format(session, id, errors);
    },

    onComplete({ extra }, id) {
      extra.inbox?.tellEnd(id);
      extra.operations.get(id)?.deadline.abandon();
      extra.operations.delete(id);
      extra.requestIds.delete(id);
    },
  });

  const open = (webSocket: WebSocket, upgrade: IncomingMessage, connection: Duplex, visitor: Visitor): void => {
    const socket = new LiveSocket(webSocket, connection, visitor, deps.socketLimits);
    const { connectionId } = socket;
    const failed = (error: unknown): void => {
      deps.logger.error({ err: error, connectionId }, 'a WebSocket message could not be handled');
      socket.end(CLOSE.internalError, 'Something went wrong on our side');
    };
    // ws reports a broken or too large frame here, and closes the socket with the code for it (1009, 1007, 1002).
    webSocket.on('error', (error) => deps.logger.info({ connectionId, reason: error.message }, 'WebSocket error'));

    const trace = traceFields(upgrade.headers.traceparent);
    const extra: Connection = { socket, operations: new Map(), requestIds: new Map(), inbox: null, trace };
    const within = <R>(work: () => R): R =>
      deps.scope.run({ connectionId, requestId: connectionId, ...extra.trace }, work);
    let left: ((code?: number, reason?: string) => Promise<void>) | undefined;
    socket.onEnd = (code, reason, dropped) => {
      signedIn.remove(socket);
      if (dropped) deps.metrics.countDropped(dropped, subscriptionsIn(extra));
      for (const { deadline } of extra.operations.values()) deadline.abandon();
      within(() => deps.logger.info({ code, userId: socket.actor?.id }, 'WebSocket closed'));
      left?.(code, reason).catch(failed);
    };
    left = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => socket.send(data),
        // The reason may quote an id, which may be of any length.
        close: (code, reason) => socket.end(code ?? 1000, closeReason(reason ?? '')),
        onMessage: (handle) => {
          const inbox = new Inbox({
            // What waited may come after the end of the socket: then nobody would ever end it.
            handle: async (frame) => (socket.ended ? undefined : handle(frame)),
            refuse: (code, reason) => socket.end(code, closeReason(reason)),
          });
          extra.inbox = inbox;
          webSocket.on('message', (data, isBinary) => {
            if (socket.ended) return;
            within(() => inbox.receive(String(data), isBinary)).catch(failed);
          });
        },
      },
      extra,
    );
  };

  return {
    accept(request, connection, head, visitor) {
      sockets.handleUpgrade(request, connection, head, (webSocket) => open(webSocket, request, connection, visitor));
    },
    async close(graceMs) {
      signedIn.stop();
      const left = [...sockets.clients].map((client) => new Promise((resolve) => client.once('close', resolve)));
      for (const client of sockets.clients) client.close(CLOSE.goingAway, 'The server is going away');
      const cut = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, graceMs);
      await Promise.all(left);
      clearTimeout(cut);
    },
  };
}

/** A subscriber too slow is told by the close code; it is no failure of ours, to be logged as one. */
function tooSlow(failure: unknown): DomainError | null {
  if (!(failure instanceof SlowSubscriberError)) return null;
  return new DomainError('UNAVAILABLE', failure.message, { retryAfterSeconds: 0 });
}

/** Some failures end the whole socket: the client must sign in, or come back later. */
function endFor(failure: unknown, socket: LiveSocket): void {
  if (failure instanceof SlowSubscriberError) socket.end(CLOSE.tryAgainLater, closeReason(failure.message));
  if (!(failure instanceof DomainError) || failure.code !== 'UNAUTHENTICATED') return;
  if (socket.actor) socket.end(CLOSE.forbidden, 'Your session has ended: sign in again');
  else socket.end(CLOSE.unauthorized, 'Sign in first: send connectionParams.authorization');
}

/**
 * The protocol that is spoken here. Who offers only others gets its own first choice, and then 4406 on the open socket: without a
 * choice the handshake would fail before anybody could be told why.
 */
function chooseProtocol(offered: Set<string>): string | false {
  const [first] = offered;
  return handleProtocols(offered) || (first ?? false);
}

function subscriptionsIn({ operations }: Connection): number {
  return [...operations.values()].filter(({ record }) => record.type === 'subscription').length;
}

function firstCode(errors: readonly GraphQLFormattedError[]): string | undefined {
  const code = errors[0]?.extensions?.code;
  return typeof code === 'string' ? code : undefined;
}

/** RFC 6455 gives a close reason 123 bytes. */
function closeReason(message: string): string {
  return Buffer.byteLength(message) <= 123
    ? message
    : Buffer.from(message)
        .subarray(0, 120)
        .toString('utf8')
        .replace(/\uFFFD/g, '');
}
