import { setImmediate as turn } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toEventCursor } from '../src/application/live/event-cursor.ts';
import type { NewEvent } from '../src/domain/event.ts';
import { Database } from '../src/infrastructure/postgres/database.ts';
import { createDesk, failure, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
beforeAll(async () => {
  desk = await createDesk();
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

function eventOf(subjectId: string): NewEvent {
  return {
    id: v7(),
    type: 'ticket.updated',
    subjectId,
    actorId: null,
    from: null,
    to: null,
    occurredAt: desk.clock.now(),
    data: null,
  };
}

/** Follows the log as a reader does, up to the settled position each time, until `enough`. */
async function follow(subjectId: string, after: number, enough: () => boolean): Promise<string[]> {
  const { log } = desk.stores;
  const seen: string[] = [];
  let position = after;
  for (;;) {
    const last = enough();
    const settled = await log.settled();
    const events = await log.read({ types: null, subjectId }, position, Math.max(settled, position), 100_000);
    seen.push(...events.map(({ id }) => id));
    // Everything up to the settled position is there: the cursor steps over the gaps that it has by now.
    position = Math.max(position, settled);
    if (last) return seen;
    await turn();
  }
}

it('loses no event and repeats none beside slow commits, rollbacks and a killed backend', async () => {
  const { log } = desk.stores;
  const subjectId = v7();
  const start = await log.settled();
  const committed: string[] = [];
  let random = 42;
  const roll = () => {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    return random / 2 ** 31;
  };
  let writing = true;
  const followers = Array.from({ length: 2 }, () => follow(subjectId, start, () => !writing));
  let killed = 0;
  const writer = async () => {
    for (let round = 0; round < 40; round += 1) {
      const events = Array.from({ length: 1 + Math.floor(roll() * 3) }, () => eventOf(subjectId));
      const [fate, slow] = [roll(), roll()];
      const client = await desk.db.pool.connect();
      let broken = false;
      try {
        await client.query('BEGIN');
        for (const event of events) {
          await client.query('INSERT INTO event_log (id, type, subject_id, occurred_at) VALUES ($1, $2, $3, now())', [
            event.id,
            event.type,
            subjectId,
          ]);
        }
        if (slow < 0.3) await client.query('SELECT pg_sleep(0.005)');
        if (fate < 0.15) {
          await client.query('ROLLBACK');
        } else if (fate < 0.2) {
          killed += 1;
          await client.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
          broken = true;
        } else {
          await client.query('COMMIT');
          committed.push(...events.map(({ id }) => id));
        }
      } finally {
        client.release(broken);
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, writer));
  writing = false;
  const byPosition = (await log.read({ types: null, subjectId }, start, await log.settled(), 100_000)).map((e) => e.id);
  expect(killed).toBeGreaterThan(0);
  expect(byPosition.toSorted()).toEqual(committed.toSorted());
  for (const seen of await Promise.all(followers)) expect(seen).toEqual(byPosition);
});

it('holds back what lies above an open writer, and shows it once the writer has ended', async () => {
  const { log } = desk.stores;
  const subjectId = v7();
  const before = await log.settled();
  const slow = await desk.db.pool.connect();
  await slow.query('BEGIN');
  await slow.query("INSERT INTO event_log (id, type, occurred_at) VALUES ($1, 'ticket.updated', now())", [v7()]);
  const event = eventOf(subjectId);
  await desk.db.transaction(async (tx) => tx.append([event]));
  expect(await log.settled()).toBe(before);
  expect(await log.byId(event.id)).not.toBeNull();
  await slow.query('ROLLBACK');
  slow.release();
  const read = await log.read({ types: null, subjectId }, before, await log.settled(), 10);
  expect(read.map(({ id }) => id)).toEqual([event.id]);
});

it('is not held back by a transaction that writes no event', async () => {
  const idle = await desk.db.pool.connect();
  await idle.query('BEGIN');
  await idle.query('SELECT txid_current()');
  const event = eventOf(v7());
  await desk.db.transaction(async (tx) => tx.append([event]));
  const [last] = (await desk.events(event.subjectId)).slice(-1);
  expect(last?.id).toBe(event.id);
  await idle.query('ROLLBACK');
  idle.release();
});

it('keeps the order in which a transaction appended its events, and announces them only after the commit', async () => {
  let announced = 0;
  const db = new Database({
    url: desk.url,
    maxConnections: 1,
    statementTimeoutMs: 0,
    applicationName: 'desk-test',
    onEvents: () => {
      announced += 1;
    },
    onError: () => undefined,
  });
  const subjectId = v7();
  const events = Array.from({ length: 300 }, () => eventOf(subjectId));
  await db.transaction(async (tx) => {
    tx.append(events.slice(0, 100));
    tx.append(events.slice(100));
    expect(announced).toBe(0);
  });
  expect(announced).toBe(1);
  await db.transaction(async () => undefined);
  expect(announced).toBe(1);
  await db.close();
  expect((await desk.events(subjectId)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
});

it('writes no event of a transaction that fails', async () => {
  const subjectId = v7();
  const failing = desk.db.transaction(async (tx) => {
    tx.append([eventOf(subjectId)]);
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect(await desk.events(subjectId)).toEqual([]);
});

it('lets nobody change what is logged', async () => {
  await expect(desk.db.pool.query("UPDATE event_log SET type = 'ticket.deleted'")).rejects.toThrow(/append-only/);
});

it('refuses cursors ahead of it, and after pruning those that have lost events, but not the first kept one', async () => {
  const { eventCursor, listAlerts } = desk.live;
  const subjectId = v7();
  const cursors: string[] = [];
  for (let i = 0; i < 3; i += 1) {
    cursors.push(await eventCursor(desk.admin));
    await desk.db.transaction(async (tx) => tx.append([eventOf(subjectId)]));
  }
  const [old = '', last = ''] = [cursors[0], cursors[2]];
  await expect(listAlerts(desk.admin, { first: 1, after: old })).resolves.toBeDefined();
  const kept = (await desk.events(subjectId)).at(-1)?.position ?? 0;
  await desk.db.pool.query('DELETE FROM event_log WHERE position < $1', [kept]);
  expect(await failure(listAlerts(desk.admin, { first: 1, after: old }))).toMatchObject({ code: 'CURSOR_EXPIRED' });
  await expect(listAlerts(desk.admin, { first: 1, after: last })).resolves.toBeDefined();
  // The floor never falls, also when what is deleted later lies below it or nothing is.
  await desk.db.pool.query('DELETE FROM event_log WHERE position < 0');
  expect(await desk.stores.log.floor()).toBe(kept - 1);

  const head = await eventCursor(desk.admin);
  const other = await createDesk();
  expect(await failure(other.live.listAlerts(other.admin, { first: 1, after: head }))).toMatchObject({
    code: 'VALIDATION_FAILED',
    details: { fields: [{ path: 'after' }] },
  });
  await other[Symbol.asyncDispose]();
});

it('takes a cursor that is ahead of what is settled just now, as long as the log has come that far', async () => {
  const slow = await desk.db.pool.connect();
  await slow.query('BEGIN');
  await slow.query("INSERT INTO event_log (id, type, occurred_at) VALUES ($1, 'ticket.updated', now())", [v7()]);
  const event = eventOf(v7());
  await desk.db.transaction(async (tx) => tx.append([event]));
  const { position = 0 } = (await desk.stores.log.byId(event.id)) ?? {};
  const answer = await failure(desk.live.listAlerts(desk.admin, { first: 1, after: toEventCursor(position) })).catch(
    (error: Error) => error.message,
  );
  await slow.query('ROLLBACK');
  slow.release();
  expect(answer).toBe('It should have failed.');
});

it('survives the loss of its connection between two statements of a transaction', async () => {
  const subjectId = v7();
  const failing = desk.db.transaction(async (tx) => {
    tx.append([eventOf(subjectId)]);
    const { rows } = await tx.sql.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    await desk.db.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
    await turn();
  });
  await expect(failing).rejects.toThrow();
  expect(await desk.events(subjectId)).toEqual([]);
});
