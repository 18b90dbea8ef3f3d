import { stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { type Connection, type ConnectionEvent, nextConnection } from './connection.ts';
import { type Problem, problemOf } from './problem.ts';
import { serverClock } from './server-clock.ts';
import { session } from './session.ts';

/** How long "caught up" stands before it is old news. */
const NEWS_MS = 8_000;
const LONGEST_WAIT_MS = 8_000;
/** Forbidden: the token has expired, or its sessions were ended. */
const TOKEN_REFUSED = 4403;

/** An event with its place in the log; alerts and ticket events are such. */
interface Placed {
  readonly cursor: string;
  readonly occurredAt: string;
}

export interface Following<Event> {
  /** Where to begin: the cursor that was read before the page. null: from now on. */
  readonly cursor: string | null;
  /** Each event once, in order. */
  readonly onEvent: (event: Event) => void;
  /** What lay between is not kept any more: load the present state, then follow from a new cursor. */
  readonly onExpired: () => void;
  /** The server refused for another reason, and will again. */
  readonly onRefused: (problem: Problem) => void;
}

/**
 * The one WebSocket of the page. Everything that is followed keeps the cursor of its last event, and goes on from there whenever the
 * connection comes back: nothing is missed and nothing comes twice.
 */
export class Live {
  #connection: Connection = { kind: 'quiet' };
  #connectedAt = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #following = 0;
  /** Places of what had happened before the line was back: two subscriptions may tell of the same event. */
  readonly #missed = new Set<string>();
  #wake: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #socket: SocketClient;

  constructor(url: string) {
    this.#socket = createClient({
      url,
      lazyCloseTimeout: 2_000,
      keepAlive: 10_000,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => session.state().kind !== 'signedOut',
      retryWait: (retries) => this.#pause(retries),
      connectionParams: async () => ({ authorization: `Bearer ${await session.token()}` }),
      on: {
        connecting: () => this.#tell({ type: 'opening' }),
        connected: () => {
          this.#connectedAt = serverClock.now();
          this.#missed.clear();
          this.#tell({ type: 'opened' });
          this.#settleSoon();
        },
        closed: (event) => {
          if (isClose(event) && event.code === TOKEN_REFUSED) session.refused(null);
          this.#tell({ type: 'lost', at: serverClock.now(), wanted: this.#following > 0 });
        },
      },
    });
    // Whoever is told that the network is back need not wait for the next try.
    globalThis.addEventListener?.('online', () => this.#wake?.());
  }

  readonly connection = (): Connection => this.#connection;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Follows a subscription whose only field gives events with a cursor; returns how to stop. */
  follow<Data extends object, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    following: Following<Data[keyof Data]>,
  ): () => void {
    let { cursor } = following;
    // Read at each sending, so that a new connection goes on where the last one ended.
    const placed = Object.defineProperty({ ...variables }, 'after', { enumerable: true, get: () => cursor });
    return this.#listen(document, placed, following, (event) => {
      if (!isPlaced(event)) return following.onEvent(event);
      cursor = event.cursor;
      this.#countMissed(event);
      following.onEvent(event);
    });
  }

  /** Watches one thing: each event is the whole of it, so that nothing has to be made up for; `onEnd` when there will be no more. */
  watch<Data extends object, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    watching: Pick<Following<Data[keyof Data]>, 'onEvent' | 'onRefused'> & { readonly onEnd: () => void },
  ): () => void {
    return this.#listen(document, variables, { ...watching, onExpired: () => undefined }, watching.onEvent);
  }

  #listen<Data extends object>(
    document: TypedDocumentNode<Data, never>,
    variables: object,
    { onExpired, onRefused, onEnd }: Pick<Following<unknown>, 'onExpired' | 'onRefused'> & { onEnd?: () => void },
    onEvent: (event: Data[keyof Data]) => void,
  ): () => void {
    this.#following += 1;
    let stopped = false;
    let stop: () => void = () => undefined;
    const refused = (errors: readonly { message: string; extensions?: object }[]): void => {
      const [first] = errors;
      if (!first) return;
      const problem = problemOf(first as Parameters<typeof problemOf>[0]);
      if (problem.code === 'CURSOR_EXPIRED') onExpired();
      else onRefused(problem);
    };
    const begin = (): void => {
      stop = this.#socket.subscribe<Data>(
        { query: stringifyDocument(document), variables: variables as Record<string, unknown> },
        {
          next: ({ data, errors }) => {
            if (errors) return refused(errors);
            const [event] = Object.values(data ?? {}) as Data[keyof Data][];
            if (event !== undefined && !stopped) onEvent(event);
          },
          error: (error) => {
            if (stopped) return;
            if (Array.isArray(error)) return refused(error);
            // What graphql-ws takes for final, such as a token that could not be had in time, need not be.
            if (session.state().kind !== 'signedOut') void this.#pause(1).then(() => (stopped ? undefined : begin()));
          },
          complete: () => {
            if (!stopped) onEnd?.();
          },
        },
      );
    };
    begin();
    return () => {
      if (stopped) return;
      stopped = true;
      this.#following -= 1;
      stop();
    };
  }

  #countMissed({ cursor, occurredAt }: Placed): void {
    if (this.#connection.kind !== 'live' || this.#connection.caughtUp === null) return;
    if (Date.parse(occurredAt) < this.#connectedAt && !this.#missed.has(cursor)) {
      this.#missed.add(cursor);
      this.#tell({ type: 'received', missed: 1 });
    }
    this.#settleSoon();
  }

  /** Longer each time, and never for all at the same moment. */
  #pause(retries: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, 300 * 2 ** retries);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longest / 2 + (Math.random() * longest) / 2);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #settleSoon(): void {
    if (this.#connection.kind !== 'live' || this.#connection.caughtUp === null) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#tell({ type: 'settled' }), NEWS_MS);
  }

  #tell(event: ConnectionEvent): void {
    const next = nextConnection(this.#connection, event);
    if (next === this.#connection) return;
    this.#connection = next;
    for (const listener of this.#listeners) listener();
  }
}

function isPlaced(event: unknown): event is Placed {
  return typeof event === 'object' && event !== null && 'cursor' in event && 'occurredAt' in event;
}

function isClose(event: unknown): event is { readonly code: number } {
  return typeof event === 'object' && event !== null && 'code' in event;
}

/** The one of this page. */
export const live = new Live(`${location.origin.replace(/^http/, 'ws')}/graphql`);
