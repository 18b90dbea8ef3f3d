import { globalAgent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createTestDatabase } from './postgres.ts';
import type { ServerPlace } from './server-place.ts';
import { Dice } from './simulation-random.ts';
import { makeTicketDue } from './sla-view.ts';
import { ABUSE, SECRET } from './soak-abuse.ts';
import { SoakBook } from './soak-book.ts';
import { type CrowdSize, SoakCrowd } from './soak-crowd.ts';
import { type Acts, anyOf, SoakDesk } from './soak-desk.ts';
import { SoakEvents } from './soak-events.ts';
import { IMPORTS, MUTATIONS } from './soak-mutations.ts';
import { openImports, type Sessions, sessionsOf, trailOf } from './soak-postgres.ts';
import { fillDocuments, READS } from './soak-reads.ts';
import { type Look, type ProbedServer, startProbedServer } from './soak-server.ts';
import { SoakTraffic } from './soak-traffic.ts';

export const POOL = 8;
const ENVIRONMENT = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  JWT_SECRET: SECRET,
  BCRYPT_COST: '4',
  LOG_LEVEL: 'warn',
  DATABASE_POOL_MAX: String(POOL),
  // They count, and never refuse: everybody comes from one address.
  RATE_LIMIT_MAX: '1000000',
  RATE_LIMIT_USER_MAX: '10000000',
  SOCKETS_PER_USER: '100000',
  ACCESS_TOKEN_MINUTES: '120',
  WS_OPERATIONS: 'all',
  // Others run on the same machine.
  OPERATION_TIMEOUT_SECONDS: '60',
  REQUEST_QUEUE_SECONDS: '60',
  IMPORT_CHUNK_ROWS: '20',
  // Deadlines are brought nearer by changing rows, which is what the audit looks for.
  SLA_AUDIT: 'false',
};
const POLICY = 'mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }';
const VIP = {
  tier: 'VIP',
  resolutionMinutes: 60,
  breachAction: 'ESCALATE',
  escalateEveryMinutes: 1,
  maxEscalationLevel: 2,
};

export interface SoakSize {
  readonly seconds: number;
  readonly crowd: CrowdSize;
  /** So many different documents are sent before anything is counted, and after that so large a share of new ones. */
  readonly documents: number;
  readonly freshDocuments: number;
  /** How many send operations, one after another, each with a pause of up to `pauseMs` between them. */
  readonly workers: number;
  readonly pauseMs: number;
  /** From one import, one broken promise, one look at the heap to the next. */
  readonly importEveryMs: number;
  readonly breakEveryMs: number;
  readonly lookEveryMs: number;
}

/** The process at an instant of the soak. */
export interface Sample extends Pick<Look, 'heapUsed' | 'rss' | 'statements'> {
  /** What had been done by then. */
  readonly operations: number;
  readonly live: number;
  readonly sessions: Sessions;
}

/** The server serves nobody. */
export interface Rest {
  readonly look: Look;
  readonly sessions: Sessions;
  readonly subscribers: number;
  readonly groups: number;
}

export interface SoakFindings {
  readonly book: SoakBook;
  readonly samples: readonly Sample[];
  readonly before: Rest;
  readonly after: Rest;
  /** Live subscriptions by the metric of the server, and as their clients count them, when the load had ended. */
  readonly gauge: { readonly told: number; readonly live: number };
  /** Subscribers that had not heard the last event that was for them. */
  readonly behind: readonly unknown[];
  readonly trail: { readonly expected: readonly string[]; readonly present: readonly string[] };
  readonly crowd: { readonly joined: number; readonly resumed: number; readonly told: number };
  readonly events: number;
  /** Operations between the two looks at rest. */
  readonly operations: number;
  /** What the server printed after it was ready. */
  readonly printed: string;
}

/** Asks until `holds` is true of the answer, for half a minute; then gives the last answer, which shows what did not hold. */
async function settled<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const value = await ask();
    if (holds(value) || attempt >= 300) return value;
    await delay(100);
  }
}

/** Mixed load on a server of its own, and what was found while it ran and once all had left. */
export async function runSoak(place: ServerPlace, seed: number, size: SoakSize): Promise<SoakFindings> {
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2, application_name: 'soak' });
  pool.on('error', () => undefined);
  const server = await startProbedServer(place, { ...ENVIRONMENT, DATABASE_URL: database.url });
  try {
    return await soak(server, pool, new Dice(seed), size);
  } finally {
    await server.stop();
    await pool.end();
    await database.drop();
  }
}

async function soak(server: ProbedServer, pool: pg.Pool, dice: Dice, size: SoakSize): Promise<SoakFindings> {
  const banner = server.output().length;
  const book = new SoakBook();
  const desk = new SoakDesk(new SoakTraffic(server.origin, book), dice, size.freshDocuments);
  const events = new SoakEvents(pool);
  await desk.open();
  await desk.traffic.ask({
    kind: 'mutation: setSlaPolicy',
    query: POLICY,
    variables: { input: VIP },
    token: desk.admin.token,
  });
  await fillDocuments(desk, size.documents);
  await warmUp(desk, events);
  const before = await rest(server, pool, desk);
  const operationsBefore = book.operations;

  const crowd = new SoakCrowd(desk, events, size.crowd);
  crowd.start();
  const samples: Sample[] = [];
  let isOver = false;
  const every = async (milliseconds: number, work: () => Promise<unknown>) => {
    while (!isOver) {
      await delay(milliseconds);
      await work().catch((error: unknown) => book.wrong(`${error instanceof Error ? error.stack : error}`));
    }
  };
  const running = [
    ...Array.from({ length: size.workers }, () => every(dice.within(1, size.pauseMs), () => anything(desk))),
    every(size.importEveryMs, () => anyOf(dice, IMPORTS)(desk)),
    every(size.breakEveryMs, () => breakPromise(desk, pool)),
    every(1_000, () => crowd.judge()),
    every(size.lookEveryMs, async () => {
      const { heapUsed, rss, statements } = await server.look();
      const sessions = await sessionsOf(pool);
      samples.push({ heapUsed, rss, statements, sessions, operations: book.operations, live: crowd.live });
    }),
  ];
  await delay(size.seconds * 1_000);
  isOver = true;
  await Promise.all(running);
  await crowd.stand();
  await settled(
    () => openImports(pool),
    (open) => open === 0,
  );
  await events.read();
  const behind = await settled(
    async () => crowd.behind(),
    (found) => found.length === 0,
  );
  const gauge = await settled(
    async () => ({ told: (await desk.traffic.metrics('subscribers')).subscribers, live: crowd.live }),
    ({ told, live }) => told === live,
  );
  await crowd.leaveAll();
  const after = await rest(server, pool, desk);
  return {
    book,
    samples,
    before,
    after,
    gauge,
    behind,
    trail: await trailOf(pool, book),
    crowd: { joined: crowd.joined, resumed: crowd.resumed, told: crowd.told },
    events: events.count,
    operations: book.operations - operationsBefore,
    printed: server.output().slice(banner),
  };
}

/** One operation by chance: one in twenty must not be let in. */
async function anything(desk: SoakDesk): Promise<void> {
  const { dice } = desk;
  const acts = dice.chance(0.05) ? ABUSE : dice.chance(0.4) ? MUTATIONS : READS;
  await anyOf(dice, acts)(desk);
}

/** Does each thing a few times: what is loaded, compiled or kept once is no leak. */
async function warmUp(desk: SoakDesk, events: SoakEvents): Promise<void> {
  const all = (acts: Acts) => Object.values(acts).map(([, act]) => act);
  for (let round = 0; round < 4; round += 1) {
    for (const act of [...all(MUTATIONS), ...all(READS), ...all(ABUSE)]) await act(desk);
  }
  for (const act of all(IMPORTS)) await act(desk);
  const crowd = new SoakCrowd(desk, events, { subscribers: 20, stayMs: [50, 500], atOnce: 5 });
  crowd.start();
  for (let n = 0; n < 10; n += 1) await anything(desk);
  await crowd.stand();
  await crowd.leaveAll();
}

/** Some ticket of a VIP client falls due now. */
async function breakPromise(desk: SoakDesk, pool: pg.Pool): Promise<void> {
  const id = desk.anyTicket();
  const { rowCount } = await pool.query("SELECT FROM tickets WHERE id = $1 AND sla_state = 'RUNNING'", [id]);
  if (rowCount === 0) return;
  await makeTicketDue(pool, id, new Date());
  await pool.query('NOTIFY techsupport_news');
}

/** Waits until nothing is left of all who have gone, and looks. */
async function rest(server: ProbedServer, pool: pg.Pool, { traffic }: SoakDesk): Promise<Rest> {
  await settled(
    () => openImports(pool),
    (open) => open === 0,
  );
  const gauges = await settled(
    () => traffic.metrics('subscribers', 'subscriber_groups'),
    (told) => told.subscribers + told.subscriber_groups === 0,
  );
  globalAgent.destroy();
  await settled(
    async () => (await server.look()).handles['client socket'] ?? 0,
    (open) => open === 0,
  );
  const sessions = await settled(
    () => sessionsOf(pool),
    ({ active, idleInTransaction }) => active + idleInTransaction === 0,
  );
  return {
    look: await server.look('whole'),
    sessions,
    subscribers: gauges.subscribers,
    groups: gauges.subscriber_groups,
  };
}
