import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { OpenActs } from '../../application/trail/ports.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { AuditedChange } from '../../domain/trail.ts';
import { StatementCanceller } from './cancelling.ts';
import { insertLast } from './event-appender.ts';

/** A process that stands still amid a transaction holds up others no longer than a job's lock does. */
const LONGEST_PAUSE_MS = 7_500;

/** Statements and drizzle's builder over one connection, in or outside a transaction. */
export type Sql = NodePgDatabase;

/** An open transaction. Events are buffered and written last, so that the log is announced for as short as can be. */
export interface Tx {
  readonly sql: Sql;
  append(events: readonly NewEvent[]): void;
  /** What the transaction changed, for the audit trail; without an act that is being recorded it leaves no entry. */
  audit(change: AuditedChange): void;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** Cancels a statement that runs longer, in milliseconds; 0: never. */
  readonly statementTimeoutMs: number;
  readonly applicationName: string;
  /** How long to wait for a connection, a new one or one that another caller has, in milliseconds; 5,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** Tells whose doing a change is; without it nobody's is recorded. */
  readonly acts?: Pick<OpenActs, 'current'> | undefined;
  /** Under which time limit the caller runs, whose statements end with it; absent: only `statementTimeoutMs` ends them. */
  readonly signal?: (() => AbortSignal | undefined) | undefined;
  /** Called after a commit that wrote events. */
  readonly onEvents: () => void;
  /** Called when an idle connection breaks. */
  readonly onError: (error: Error) => void;
}

/** Past the server's own timeout: it does not answer at all, as behind a network that drops everything. */
const UNANSWERED_MS = 5_000;

/** A pool of connections to Postgres and the one way to run a transaction on it. */
export class Database {
  readonly pool: pg.Pool;
  readonly sql: Sql;
  readonly #onEvents: () => void;
  readonly #acts: DatabaseOptions['acts'];
  readonly #canceller: StatementCanceller | undefined;
  readonly #cancelled: pg.Pool;
  #closing = false;

  constructor(options: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.maxConnections,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
      statement_timeout: options.statementTimeoutMs,
      ...(options.statementTimeoutMs > 0 ? { query_timeout: options.statementTimeoutMs + UNANSWERED_MS } : {}),
      // A stopped process must not hold rows for long: its transaction is ended by the server.
      idle_in_transaction_session_timeout: LONGEST_PAUSE_MS,
      keepAlive: true,
    });
    // At the end the server may close connections that the pool has let go of already: no news.
    this.pool.on('error', (error) => {
      if (!this.#closing) options.onError(error);
    });
    // A connection that breaks between two statements of a transaction fails the next one; unheard, it would end the process.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.#canceller = options.signal && new StatementCanceller(options.url, options.signal);
    this.#cancelled = this.#canceller?.pool(this.pool) ?? this.pool;
    this.sql = drizzle(this.#cancelled);
    this.#onEvents = options.onEvents;
    this.#acts = options.acts;
  }

  /** The rows of one statement as lists of values; one with a name is parsed and planned once for each connection. */
  async rows(statement: Omit<pg.QueryArrayConfig, 'rowMode'>): Promise<unknown[][]> {
    return (await this.#cancelled.query({ ...statement, rowMode: 'array' })).rows;
  }

  /**
   * Runs `work` in one transaction, READ COMMITTED unless `mode` says otherwise, writes the events that it appended and the entry of the
   * audit trail as the last statement, and commits.
   * Any error rolls everything back and is thrown on.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>, mode?: PgTransactionConfig): Promise<T> {
    const events: NewEvent[] = [];
    let audited: AuditedChange | null = null;
    const current = this.#acts?.current();
    const act = current?.isSettled ? undefined : current;
    const result = await this.#onConnection((connection) =>
      connection.transaction(async (sql) => {
        const audit = (change: AuditedChange) => {
          audited = change;
        };
        const value = await work({ sql, append: (more) => events.push(...more), audit });
        await insertLast(sql, events, audited && act ? act.entryOf(audited) : null);
        return value;
      }, mode),
    );
    if (audited) act?.settle();
    if (events.length > 0) this.#onEvents();
    return result;
  }

  /** Whatever happens, the connection comes back: drizzle's own `transaction` on a pool keeps one for ever whose BEGIN fails. */
  async #onConnection<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let isUnanswered = false;
    try {
      return await work(drizzle(this.#canceller?.client(client) ?? client));
    } catch (error) {
      isUnanswered = wasUnanswered(error);
      throw error;
    } finally {
      // One that still owes an answer would give it to the next caller's statement.
      client.release(isUnanswered);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.pool.end();
    await this.#canceller?.close();
  }
}

/** Whether `query_timeout` gave up on a statement. */
function wasUnanswered(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return cause instanceof Error && cause.message === 'Query read timeout';
}
