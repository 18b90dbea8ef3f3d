import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { fromEventCursor } from '../src/application/live/event-cursor.ts';
import { migrate } from '../src/infrastructure/postgres/migrate.ts';
import { crashingPostgres } from './support/crashing-postgres.ts';
import { deskCalls } from './support/desk-calls.ts';
import { startImport } from './support/fault-round.ts';
import { Fleet } from './support/fleet.ts';
import { createCaller } from './support/graphql-client.ts';
import { type Ledger, ledgerOf, nothingLost, printLedger, spread, sum } from './support/ledger.ts';
import { ResumingSubscriber } from './support/resuming-subscriber.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import { Dice } from './support/simulation-random.ts';
import { patience, replayable, seeds } from './support/soak.ts';
import { SteadyLoad } from './support/steady-load.ts';

const SUBSCRIBERS = 20;
const BREACHES = 40;
const ROWS = 2_000;
const BREACH_GAP_MS = 60;

const place = new ServerPlace();
/** Ends what the test began, come what may. */
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

const MAKE_DUE = `
  UPDATE tickets SET sla_due_at = at, sla_next_deadline_at = at, sla_at_risk_alerted_at = at - interval '1 second'
    FROM (SELECT id AS due_id, now() + ordinality * $2::int * interval '1 ms' AS at FROM unnest($1::uuid[]) WITH ORDINALITY AS t (id, ordinality)) due
   WHERE id = due_id`;

it(
  'Postgres cut off under load and started again: processes go on by themselves, and nothing that was answered is lost',
  async () => {
    const postgres = await crashingPostgres();
    await migrate(postgres.url);
    const pool = new pg.Pool({ connectionString: postgres.url, max: 3 });
    pool.on('error', () => undefined);
    cleanUp.push(() => pool.end());
    const rowsOf = async (sql: string, values: unknown[] = []): Promise<string[]> =>
      (await pool.query<{ id: string }>(sql, values)).rows.map(({ id }) => id);
    const fleet = new Fleet(place, postgres.url, { IMPORT_CHUNK_ROWS: '50' });
    await fleet.start(['api', 'api', 'worker']);
    const login = 'mutation { login(email: "admin@techsupport.pro", password: "admin123") { accessToken } }';
    const nobody = createCaller(fleet.apiAt(0).origin, null);
    const token = (await nobody.ask<{ login: { accessToken: string } }>(login)).login.accessToken;
    const desk = deskCalls({ admin: fleet.caller(token), sql: async () => [] });
    const [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];

    const [mutations, breaches, rows, heard]: [Ledger[], Ledger[], Ledger[], Ledger[]] = [[], [], [], []];
    const [pauses, imported]: [number[], number[]] = [[], []];
    for (const seed of seeds(1, 20)) {
      await replayable(seed, async () => {
        const dice = new Dice(seed);
        const due = await Promise.all(Array.from({ length: BREACHES }, () => desk.ticket(vip)));
        const cursor = await desk.cursor();
        const subscribers = Array.from(
          { length: SUBSCRIBERS },
          (_, n) => new ResumingSubscriber((connection) => fleet.apiAt(n + connection).origin, token, cursor),
        );
        cleanUp.push(() => {
          for (const subscriber of subscribers) subscriber.stop();
        });
        await Promise.all(subscribers.map((subscriber) => subscriber.start()));
        const imports = await startImport({ db: { pool } }, fleet.caller(token), ROWS, seed);
        const load = new SteadyLoad({
          caller: (n) => fleet.caller(token, n),
          clientId: normal,
          clients: 4,
          pauseMs: 20,
        });
        cleanUp.push(() => load.stop());
        await rowsOf(MAKE_DUE, [due, BREACH_GAP_MS]);
        await rowsOf('NOTIFY techsupport_news');
        const [count, enough] = dice.chance(0.5)
          ? [async () => load.acknowledged.length, dice.within(5, 40)]
          : [imports.rowsDone, dice.within(1, ROWS - 500)];
        await eventually(count, (done) => done >= enough);
        await postgres.crash();
        await delay(dice.below(1_000));
        const before = load.acknowledged.length;
        await postgres.start();
        const backAt = performance.now();
        await eventually(
          async () => load.acknowledged.length,
          (count) => count > before,
        );
        pauses.push(performance.now() - backAt);
        await eventually(imports.isOver, Boolean);
        imported.push(performance.now() - backAt);
        await load.stop();

        const breached = `SELECT subject_id AS id FROM event_log WHERE type = 'sla.breached' AND subject_id = ANY ($1::uuid[])`;
        await eventually(
          () => rowsOf(breached, [due]),
          (ids) => ids.length >= BREACHES,
        );
        const ofMutations = ledgerOf(load.acknowledged, await rowsOf('SELECT id FROM tickets'));
        const ofBreaches = ledgerOf(due, await rowsOf(breached, [due]));
        const all = [...load.acknowledged, ...due];
        const told = `SELECT id FROM event_log WHERE (type LIKE 'ticket.%' OR type LIKE 'sla.%') AND position > $2 AND subject_id = ANY ($1::uuid[]) ORDER BY position`;
        const events = await rowsOf(told, [all, fromEventCursor(cursor)]);
        await eventually(async () => subscribers.every((each) => each.heard.length >= events.length), Boolean);
        for (const subscriber of subscribers) subscriber.stop();
        for (const each of subscribers) expect(each.heard.map(({ id }) => id)).toEqual(events);
        const ofSubscribers = sum(
          subscribers.map((each) =>
            ledgerOf(
              events,
              each.heard.map(({ id }) => id),
            ),
          ),
        );
        const ofRows = await imports.ledger();
        const ledgers = [ofMutations, ofBreaches, ofRows, ofSubscribers];
        expect(ledgers).toEqual(ledgers.map(nothingLost));
        rows.push(ofRows);
        mutations.push(ofMutations);
        breaches.push(ofBreaches);
        heard.push(ofSubscribers);
      });
    }
    for (const member of [...fleet.apis, ...fleet.workers]) {
      await eventually(
        async () => (await fetch(`${member.origin}/health/ready`)).status,
        (status) => status === 200,
      );
      expect(member.output()).not.toMatch(/"level":"fatal"|nobody foresaw/);
      // What was away keeps no process from ending.
      expect(await fleet.stop(member)).toMatchObject({ code: 0, signal: null });
    }
    const [answer, end] = [spread(pauses), spread(imported)];
    printLedger('Postgres cut off, mutations', sum(mutations), {
      'from its start to the next answer': `median ${answer.median} ms, at most ${answer.max} ms`,
    });
    printLedger('Postgres cut off, breaches', sum(breaches));
    printLedger(`Postgres cut off, rows of ${rows.length} imports`, sum(rows), {
      'from its start to the end of the import': `median ${end.median} ms, at most ${end.max} ms`,
    });
    printLedger(`Postgres cut off, what ${SUBSCRIBERS} subscribers heard`, sum(heard));
  },
  patience(120_000),
);
