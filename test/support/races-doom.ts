import type pg from 'pg';
import type { Database } from '../../src/infrastructure/postgres/database.ts';

const LONGEST_END_MS = 10_000;

type Backend = pg.PoolClient & { readonly processID: number };
type Send = (...args: unknown[]) => Promise<unknown>;

/**
 * Lets the server end a connection of `victim` at a chosen statement, as an operator or a fault does: `killer` gives the order.
 * To be called before `victim` connects.
 */
export function doomed(victim: Database, killer: Database) {
  let statementsLeft = Number.POSITIVE_INFINITY;
  let isWaited = false;
  const kills: Promise<unknown>[] = [];

  victim.pool.on('connect', (client) => {
    const backend = client as Backend;
    const send: Send = backend.query.bind(backend);
    const query: Send = async (...args) => {
      statementsLeft -= 1;
      if (statementsLeft === -1) {
        const kill = killer.pool.query('SELECT pg_terminate_backend($1, $2)', [backend.processID, LONGEST_END_MS]);
        kills.push(kill);
        if (isWaited) await kill;
      }
      return send(...args);
    };
    Object.assign(backend, { query });
  });

  return {
    /** Before the n-th statement from now, 0 being the first: the end is waited for, or comes while the statement is on its way. */
    at(n: number, end: 'before' | 'meanwhile'): void {
      statementsLeft = n;
      isWaited = end === 'before';
    },
    /** Spares it from now on; resolves, when the killed have ended, with how many these were. */
    async spare(): Promise<number> {
      statementsLeft = Number.POSITIVE_INFINITY;
      await Promise.all(kills);
      return kills.length;
    },
  };
}
