import pg from 'pg';
import { DomainError } from '../../domain/domain-error.ts';

/** Cancelling needs a connection that no statement can hold. */
const CANCELLERS = 1;
const CANCEL_PATIENCE_MS = 2_000;
const CANCEL_IDLE_MS = 1_000;

/** As Postgres itself says that it cancelled a statement. */
const CANCELLED = '57014';

type Query = (...args: unknown[]) => Promise<unknown>;

/**
 * Cancels statements on the server as soon as the time limit of their operation has passed. Postgres's own `statement_timeout` counts
 * each statement for itself: without this an operation's last one could run on for as long again as the whole operation may.
 */
export class StatementCanceller {
  readonly #connections: pg.Pool;
  readonly #signal: () => AbortSignal | undefined;

  /** `signal` tells under which time limit the caller runs. */
  constructor(url: string, signal: () => AbortSignal | undefined) {
    this.#signal = signal;
    this.#connections = new pg.Pool({
      connectionString: url,
      max: CANCELLERS,
      application_name: 'techsupport-cancel',
      connectionTimeoutMillis: CANCEL_PATIENCE_MS,
      query_timeout: CANCEL_PATIENCE_MS,
      idleTimeoutMillis: CANCEL_IDLE_MS,
    });
    this.#connections.on('error', () => undefined);
  }

  /** The pool, its statements cancelled. */
  pool(pool: pg.Pool): pg.Pool {
    return withQuery(pool, async (...args) => {
      // Here, not once a connection is free: that comes from whoever has let go of it.
      const signal = this.#signal();
      if (!signal) return query(pool, args);
      const client = await pool.connect();
      let broken = false;
      try {
        return await this.#run(client, signal, args);
      } catch (error) {
        broken = error instanceof Error && error.message === 'Query read timeout';
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  /** A connection of the pool, its statements cancelled; of a transaction what ends it is not. */
  client(client: pg.PoolClient): pg.PoolClient {
    const signal = this.#signal();
    return signal ? withQuery(client, (...args) => this.#run(client, signal, args)) : client;
  }

  async close(): Promise<void> {
    await this.#connections.end();
  }

  async #run(client: pg.PoolClient, signal: AbortSignal, args: unknown[]): Promise<unknown> {
    if (isRollback(args[0])) return query(client, args);
    if (isOver(signal)) throw Object.assign(new Error('The time limit has passed.'), { code: CANCELLED });
    let cancelled: Promise<unknown> | undefined;
    const cancel = () => {
      if (isOver(signal)) cancelled = this.#cancel(client);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await query(client, args);
    } finally {
      signal.removeEventListener('abort', cancel);
      // Later it would hit whatever the connection does next.
      await cancelled;
    }
  }

  /** Where it fails, the server's own timeout ends the statement. */
  async #cancel(client: pg.PoolClient): Promise<void> {
    const { processID } = client as pg.PoolClient & { readonly processID: number };
    await this.#connections.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => undefined);
  }
}

/** The time limit has passed. A caller who has gone is another matter: what they asked to change may be changed. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DomainError;
}

function isRollback(statement: unknown): boolean {
  const text = typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement;
  return typeof text === 'string' && /^\s*rollback\b/i.test(text);
}

function query(on: pg.Pool | pg.PoolClient, args: unknown[]): Promise<unknown> {
  return (on.query as Query).apply(on, args);
}

function withQuery<T extends pg.Pool | pg.PoolClient>(target: T, run: Query): T {
  return new Proxy(target, {
    get(inner, key) {
      if (key === 'query') return run;
      const value: unknown = Reflect.get(inner, key, inner);
      return typeof value === 'function' ? value.bind(inner) : value;
    },
  });
}
