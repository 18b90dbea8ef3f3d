import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromEventCursor } from '../src/application/live/event-cursor.ts';
import { startBreaches, startImport } from './support/fault-round.ts';
import { type Installation, openInstallation } from './support/installation.ts';
import { type Ledger, ledgerOf, nothingLost, printLedger, spread, sum } from './support/ledger.ts';
import { describeWithRedis } from './support/redis.ts';
import type { TestRedis } from './support/redis-server.ts';
import { ResumingSubscriber } from './support/resuming-subscriber.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import { Dice } from './support/simulation-random.ts';
import { patience, replayable, seeds } from './support/soak.ts';
import { SteadyLoad } from './support/steady-load.ts';

const ROWS = 3_000;
const ROWS_MEANWHILE = 400;
const TICKETS = 300;
const LEAD_MS = 1_200;
const SUBSCRIBERS = 20;

/** How Redis leaves and comes back; null: it never left. */
interface Fault {
  readonly name: string;
  leave(redis: TestRedis): Promise<void>;
  readonly comeBack: ((redis: TestRedis) => Promise<void>) | null;
}

const FAULTS: readonly [Fault, ...Fault[]] = [
  {
    name: 'killed, back with what it had written',
    leave: (redis) => redis.kill(),
    comeBack: (redis) => redis.restart(),
  },
  { name: 'killed and wiped', leave: (redis) => redis.kill(), comeBack: (redis) => redis.restart('lost') },
  { name: 'wiped while it runs', leave: async (redis) => void (await redis.client.flushall()), comeBack: null },
  { name: 'hung', leave: async (redis) => redis.freeze(), comeBack: async (redis) => redis.thaw() },
];

describeWithRedis('Redis that goes away or forgets everything under load', () => {
  const place = new ServerPlace();
  let all: Installation;
  let redis: TestRedis;
  beforeAll(async () => {
    all = await openInstallation(place, 'Redis');
    if (!all.redis) throw new Error('There is no Redis.');
    redis = all.redis;
    await all.fleet.start(['api', 'api', 'worker', 'worker']);
  });
  afterAll(() => all[Symbol.asyncDispose]());

  const ids = async (sql: string, values: unknown[] = []): Promise<string[]> =>
    (await all.desk.db.pool.query<{ id: string }>(sql, values)).rows.map(({ id }) => id);

  /** Subscribers who hear everything of tickets from now on. */
  async function listen(): Promise<{ cursor: string; subscribers: ResumingSubscriber[] }> {
    const { fleet, token } = all;
    const { eventCursor: cursor } = await fleet.caller(token).ask<{ eventCursor: string }>('{ eventCursor }');
    const subscribers = Array.from(
      { length: SUBSCRIBERS },
      (_, n) => new ResumingSubscriber((connection) => fleet.apiAt(n + connection).origin, token, cursor),
    );
    await Promise.all(subscribers.map((subscriber) => subscriber.start()));
    return { cursor, subscribers };
  }

  /** What each subscriber heard against the log, once they have heard all of it. */
  async function ledgerOfHeard({ cursor, subscribers }: Awaited<ReturnType<typeof listen>>): Promise<Ledger> {
    const events = await ids(
      `SELECT id FROM event_log WHERE (type LIKE 'ticket.%' OR type LIKE 'sla.%') AND position > $1 ORDER BY position`,
      [fromEventCursor(cursor)],
    );
    await eventually(async () => subscribers.every((each) => each.heard.length >= events.length), Boolean);
    const heard = subscribers.map((each) => each.heard.map(({ id }) => id));
    for (const each of heard) expect(each).toEqual(events);
    return sum(heard.map((each) => ledgerOf(events, each)));
  }

  async function round(seed: number) {
    const dice = new Dice(seed);
    const fault = FAULTS[seed % FAULTS.length] ?? FAULTS[0];
    const { desk, fleet, token } = all;
    const { id: clientId } = await desk.client('NORMAL');
    const audience = await listen();
    cleanUp.push(() => {
      for (const subscriber of audience.subscribers) subscriber.stop();
    });
    const load = new SteadyLoad({ caller: (n) => fleet.caller(token, n), clientId, clients: 3, pauseMs: 30 });
    const first = await startImport(desk, fleet.caller(token), ROWS, seed);
    const breaches = await startBreaches(desk, TICKETS, LEAD_MS);
    cleanUp.push(() => load.stop());
    await all.wake();
    const enough = dice.within(0, ROWS - 500);
    await eventually(first.rowsDone, (done) => done >= enough);

    await fault.leave(redis);
    const [before, leftAt, during] = [load.acknowledged.length, performance.now(), dice.within(10, 100)];
    // While it is away people work on, promises that break are told, and a workbook is taken.
    const [second, toldMs] = await Promise.all([
      startImport(desk, fleet.caller(token, 1), ROWS_MEANWHILE, seed, 'its own'),
      eventually(breaches.recorded, (count) => count === TICKETS).then(() => performance.now() - leftAt),
      eventually(
        async () => load.acknowledged.length,
        (count) => count >= before + during,
      ),
    ]);
    await fault.comeBack?.(redis);
    const backAt = performance.now();
    await Promise.all([first, second].map(({ isOver }) => eventually(isOver, Boolean)));
    const healedMs = performance.now() - backAt;
    await load.stop();

    const ledgers = {
      mutations: ledgerOf(load.acknowledged, await ids('SELECT id FROM tickets')),
      promises: await breaches.ledger(),
      rows: sum([await first.ledger(), await second.ledger()]),
      heard: await ledgerOfHeard(audience),
    };
    expect(Object.values(ledgers), fault.name).toEqual(Object.values(ledgers).map(nothingLost));
    return { ...ledgers, toldMs, healedMs };
  }

  /** Ends what a round began, come what may. */
  const cleanUp: (() => unknown)[] = [];
  const tidyUp = async () => {
    for (const end of cleanUp.splice(0).reverse()) await end();
  };

  it(
    'costs time: mutations, alerts and uploads go on meanwhile, imports afterwards; nothing is lost or happens twice',
    async () => {
      const done: Awaited<ReturnType<typeof round>>[] = [];
      for (const seed of seeds(1, 20)) {
        await replayable(seed, async () => void done.push(await round(seed))).finally(tidyUp);
      }
      for (const member of [...all.fleet.apis, ...all.fleet.workers]) {
        await eventually(
          async () => (await fetch(`${member.origin}/health/ready`)).status,
          (status) => status === 200,
        );
        expect(member.output()).not.toMatch(/"level":"fatal"|nobody foresaw/);
        // What was away keeps no process from ending.
        expect(await all.fleet.stop(member)).toMatchObject({ code: 0, signal: null });
      }
      const [told, healed] = [spread(done.map(({ toldMs }) => toldMs)), spread(done.map(({ healedMs }) => healedMs))];
      const what = 'Redis away or wiped';
      printLedger(`${what}, mutations`, sum(done.map(({ mutations }) => mutations)));
      printLedger(`${what}, breaches, levels and steps`, sum(done.map(({ promises }) => promises)), {
        'the last one recorded after Redis left': `median ${told.median} ms, at most ${told.max} ms`,
      });
      printLedger(`${what}, rows of ${2 * done.length} imports`, sum(done.map(({ rows }) => rows)), {
        'imports done after Redis was back': `median ${healed.median} ms, at most ${healed.max} ms`,
      });
      printLedger(`${what}, what ${SUBSCRIBERS} subscribers heard`, sum(done.map(({ heard }) => heard)));
    },
    patience(150_000),
  );

  it('leaves clocks that are what their log says', async () => {
    const { mismatched, skipped } = await all.desk.auditAll();
    expect({ mismatched, skipped }).toEqual({ mismatched: 0, skipped: 0 });
  });
});
