import type { Socket } from 'node:net';
import type { PoolClient } from 'pg';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import { until } from './desk.ts';

/** Where a connection dies: at the n-th statement or commit of a call, before it is sent or after it was done but not answered. */
export interface Fault {
  readonly of: 'statement' | 'commit';
  readonly nth: number;
  readonly side: 'before' | 'after';
}

/** What became of a call. `committed`: the statements of each transaction that was committed, whoever heard of it. */
export interface Fate {
  readonly committed: readonly string[];
  /** Where the connection died, in words; null: it did not. */
  readonly diedAt: string | null;
}

interface Connection {
  readonly pid: number;
  readonly ended: Promise<void>;
  /** Of the transaction that is open. */
  statements: string[];
}

/** Lets connections die at chosen statements, as a wire, a machine or a process does. */
export class Faults {
  #fault: Fault | null = null;
  #counts = { statement: 0, commit: 0 };
  #committed: string[] = [];
  #diedAt: string | null = null;
  #dead: Connection | null = null;

  /** From now on the statements of this pool count. */
  watch(db: Database): void {
    db.pool.on('connect', (client) => this.#wrap(client));
  }

  /**
   * Runs `call` with a fault, or with none. Answers once the server is done with the dead connection: until then it holds what the
   * transaction held.
   */
  async during<T>(
    fault: Fault | null,
    observer: Database,
    call: () => Promise<T>,
  ): Promise<[PromiseSettledResult<T>, Fate]> {
    this.#counts = { statement: 0, commit: 0 };
    [this.#fault, this.#committed, this.#diedAt, this.#dead] = [fault, [], null, null];
    const [result] = await Promise.allSettled([call()]);
    this.#fault = null;
    await this.#buried(observer);
    return [result, { committed: this.#committed, diedAt: this.#diedAt }];
  }

  #wrap(client: PoolClient): void {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const { processID: pid } = client as unknown as { processID: number };
    const ended = new Promise<void>((resolve) => void client.once('end', () => resolve()));
    const here: Connection = { pid, ended, statements: [] };
    const wrapped = (...args: unknown[]): unknown => {
      const [first] = args;
      const text = typeof first === 'string' ? first : (first as { text: string }).text;
      const last = args.at(-1);
      if (typeof last !== 'function') return this.#run(client, here, text, () => query(...args));
      // As the pool itself asks.
      const answer = this.#run(client, here, text, () => query(...args.slice(0, -1)));
      return void answer.then(
        (value) => last(null, value),
        (error) => last(error),
      );
    };
    Object.assign(client, { query: wrapped });
  }

  async #run(client: PoolClient, here: Connection, text: string, query: () => Promise<unknown>): Promise<unknown> {
    const side = this.#sideOf(text);
    if (side === 'before') this.#die(client, here, side, text);
    const answer = await query();
    if (/^commit/i.test(text)) this.#committed.push(here.statements.join('\n'));
    here.statements = /^(?:begin|commit|rollback)/i.test(text) ? [] : [...here.statements, text];
    if (side !== 'after') return answer;
    this.#die(client, here, side, text);
    await here.ended;
    throw new Error('The connection died before the answer came.');
  }

  /** On which side of this statement the connection dies; null: it lives on. */
  #sideOf(text: string): Fault['side'] | null {
    const isCommit = /^commit/i.test(text);
    this.#counts.statement += 1;
    if (isCommit) this.#counts.commit += 1;
    const fault = this.#fault;
    if (!fault || (fault.of === 'commit' && !isCommit)) return null;
    return this.#counts[fault.of] === fault.nth ? fault.side : null;
  }

  #die(client: PoolClient, here: Connection, side: string, text: string): void {
    this.#diedAt = `${side} statement ${this.#counts.statement}, ${text.trim().slice(0, 40)}`;
    this.#dead = here;
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  }

  async #buried(observer: Database): Promise<void> {
    const dead = this.#dead;
    if (!dead) return;
    await dead.ended;
    await until(async () => {
      const { rowCount } = await observer.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [dead.pid]);
      return rowCount === 0;
    });
  }
}
