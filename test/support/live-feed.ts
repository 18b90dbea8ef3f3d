import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type AnswerError, GraphqlFailure, type Variables } from './graphql-client.ts';

/** How a subscription came to its end. */
export type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'errors'; readonly errors: readonly AnswerError[] }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** One subscription on a socket of its own. Every message is kept until it is asked for, so that none is missed. */
export interface Feed<T> {
  /** The next event; GraphqlFailure when the subscription was refused, an error that tells the ending when it is over. */
  next(): Promise<T>;
  /** The next `count` events. */
  take(count: number): Promise<T[]>;
  /** How it ended: completed, refused, or its socket closed. */
  readonly ended: Promise<Ending>;
  /** What has arrived and was not asked for. */
  readonly waiting: readonly T[];
  /** Loses the connection without a goodbye. */
  drop(): void;
  /** Says goodbye. */
  stop(): Promise<void>;
}

interface Request {
  readonly query: string;
  readonly variables: Variables;
}

/** Opens a socket to `url` with `connectionParams` and subscribes; it never connects again by itself. */
export function openFeed<T>(url: string, connectionParams: object, request: Request): Feed<T> {
  const queue: T[] = [];
  const asking: { resolve: (value: T) => void; reject: (error: Error) => void }[] = [];
  const { promise: ended, resolve } = withResolver<Ending>();
  let ending: Ending | null = null;

  const finish = (how: Ending): void => {
    if (ending) return;
    ending = how;
    resolve(how);
    for (const { reject } of asking.splice(0)) reject(failureOf(how));
  };
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { ...connectionParams },
    retryAttempts: 0,
    // Fatal closes are told to the sink of the subscription; the rest here.
    onNonLazyError: () => undefined,
  });
  client.subscribe<T>(
    { query: request.query, variables: { ...request.variables } },
    {
      next({ data, errors }) {
        if (errors || !data) {
          finish({ kind: 'errors', errors: (errors ?? []) as unknown as AnswerError[] });
          return;
        }
        const first = asking.shift();
        if (first) first.resolve(data);
        else queue.push(data);
      },
      error(error) {
        if (isClose(error)) finish({ kind: 'closed', code: error.code, reason: error.reason });
        else if (Array.isArray(error)) finish({ kind: 'errors', errors: error as unknown as AnswerError[] });
        else finish({ kind: 'closed', code: 0, reason: String(error) });
      },
      complete: () => finish({ kind: 'complete' }),
    },
  );

  const next = (): Promise<T> => {
    const value = queue.shift();
    if (value !== undefined) return Promise.resolve(value);
    if (ending) return Promise.reject(failureOf(ending));
    return new Promise((resolve, reject) => asking.push({ resolve, reject }));
  };
  return {
    next,
    async take(count) {
      const taken: T[] = [];
      while (taken.length < count) taken.push(await next());
      return taken;
    },
    ended,
    waiting: queue,
    drop: () => client.terminate(),
    stop: async () => client.dispose(),
  };
}

function failureOf(how: Ending): Error {
  if (how.kind === 'errors') return new GraphqlFailure(how.errors);
  return new Error(how.kind === 'closed' ? `The socket closed with ${how.code}: ${how.reason}` : 'It completed.');
}

function isClose(error: unknown): error is { code: number; reason: string } {
  return typeof error === 'object' && error !== null && 'code' in error && 'reason' in error;
}

function withResolver<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
