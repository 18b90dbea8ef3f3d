import { beforeAll, expect, it } from 'vitest';
import { ledgerOf, nothingLost, printLedger } from './support/ledger.ts';
import { ServerPlace } from './support/server-place.ts';
import { patience, rounds, seeds } from './support/soak.ts';
import { runSoak, type Sample, type SoakFindings } from './support/soak-run.ts';

/** In `npm run soak`; fewer for a trial of the soak itself. */
const SECONDS = Number(process.env.SOAK_SECONDS ?? 600);
/** So much may each operation leave in the heap, on average: half of the smallest leak that is to be found. */
const BYTES_PER_OPERATION = 512;
/** From so many operations between two means on, that is more than the heap goes up and down by itself. */
const ENOUGH_OPERATIONS = 5_000;
/** What a connection to Postgres is made of; how many the pools keep depends on what was asked for at the same time. */
const PER_CONNECTION = { functions: 120, emitters: 12, timers: 12 } as const;
const AT_ODDS = { functions: 300, emitters: 40, timers: 40 } as const;

/** Of all pools together, and those that listen. */
const MOST_CONNECTIONS = 60;
/** Named ones on one connection: MOST_NAMES of lists, and a few that are written out. */
const MOST_STATEMENTS = 120;

/** The probe's own warning; what BullMQ says when a job ends while its lock is being renewed; a health check while the probe counts. */
const EXPECTED_LINES = /v8\.queryObjects|could not renew lock for job|No answer within 2 s/;

const place = new ServerPlace();
const [seed = 1] = seeds(1, 1);
let found: SoakFindings;
beforeAll(async () => {
  console.info(`seed ${seed}`);
  found = await runSoak(place, seed, {
    seconds: rounds(8, SECONDS),
    crowd: { subscribers: rounds(60, 500), stayMs: [rounds(300, 10_000), rounds(3_000, 90_000)], atOnce: 4 },
    documents: rounds(0, 700),
    freshDocuments: rounds(0, 1),
    workers: rounds(4, 8),
    pauseMs: rounds(20, 120),
    importEveryMs: rounds(1_500, 8_000),
    breakEveryMs: rounds(400, 3_000),
    lookEveryMs: rounds(2_000, 5_000),
  });
}, patience(120_000));

it('nothing comes to anything but what it must', () => {
  const { book, operations, crowd, events } = found;
  console.info(book.lines().join('\n'));
  const kinds = ['read', 'mutation', 'import', 'session', 'abuse', 'subscriber'] as const;
  const done = Object.fromEntries(kinds.map((kind) => [kind, book.count(`${kind}:`)]));
  printLedger(
    'operations of the soak',
    { acknowledged: book.operations, found: book.operations - book.unexpected.length, lost: 0, repeated: 0 },
    { ...done, refused: JSON.stringify(book.refusals()), joined: crowd.joined, resumed: crowd.resumed, events },
  );
  expect(book.unexpected).toEqual([]);
  expect(operations).toBeGreaterThan(100);
  for (const kind of kinds) expect(done[kind], kind).toBeGreaterThan(0);
});

it('the server says nothing of trouble', () => {
  const lines = found.printed.split('\n').filter((line) => line.startsWith('{"level"') || /Warning|Error/.test(line));
  expect(lines.filter((line) => !EXPECTED_LINES.test(line))).toEqual([]);
});

it('each subscriber hears each event of the log that is for them once, in its order', () => {
  // Whoever heard anything else is among what nobody expected.
  expect(found.behind).toEqual([]);
  expect(found.crowd.resumed).toBeGreaterThan(0);
  expect(found.crowd.told).toBeGreaterThan(found.events);
});

it('the audit trail has one entry for each mutation that was sent, and no other', () => {
  const { expected, present } = found.trail;
  const ledger = ledgerOf(expected, present);
  printLedger('entries of the audit trail', ledger, { in_all: present.length });
  expect(present.filter((entry) => !expected.includes(entry))).toEqual([]);
  expect(ledger).toEqual(nothingLost(ledger));
});

it('subscribers and sockets are counted as they are', () => {
  const { gauge, after } = found;
  expect(gauge.told).toBe(gauge.live);
  expect(gauge.live).toBeGreaterThan(0);
  expect(after.subscribers + after.groups).toBe(0);
});

it('once all have gone nothing is held for them: no socket, listener, timer or closure', () => {
  const { before, after, operations } = found;
  const facts = (of: object) => JSON.stringify(of).replaceAll('"', '');
  printLedger(
    'handles and objects at rest',
    { acknowledged: 0, found: 0, lost: 0, repeated: 0 },
    {
      operations,
      handles_before: facts(before.look.handles),
      handles_after: facts(after.look.handles),
      objects_before: facts(before.look.objects),
      objects_after: facts(after.look.objects),
      look_ms: `${before.look.milliseconds} and ${after.look.milliseconds}`,
    },
  );
  const connections = (rest: typeof before) => rest.look.handles['database socket'] ?? 0;
  const more = Math.max(0, connections(after) - connections(before));
  // The thread that writes chunks comes with an import and goes some time after it: its port may be in either look.
  const others = ({ 'database socket': _, MessagePort: ports = 0, ...rest }: Readonly<Record<string, number>>) => {
    expect(ports).toBeLessThanOrEqual(1);
    return rest;
  };
  expect(others(after.look.handles)).toEqual(others(before.look.handles));
  expect(after.look.listeners).toBe(before.look.listeners);
  for (const kind of ['functions', 'emitters', 'timers'] as const) {
    const growth = (after.look.objects[kind] ?? 0) - (before.look.objects[kind] ?? 0);
    expect(growth, kind).toBeLessThan(operations / 10 + PER_CONNECTION[kind] * more + AT_ODDS[kind]);
  }
});

it('no transaction stays open, and every connection is given back', () => {
  const { before, after, samples } = found;
  expect(after.sessions).toMatchObject({ active: 0, idleInTransaction: 0, old: 0 });
  expect(samples.filter(({ sessions }) => sessions.old > 0)).toEqual([]);
  expect(Math.max(...samples.map(({ statements }) => statements))).toBeLessThanOrEqual(MOST_STATEMENTS);
  expect(after.look.borrowed).toBeLessThanOrEqual(before.look.borrowed + 2);
  expect(after.sessions.connections).toBeLessThanOrEqual(MOST_CONNECTIONS);
});

it('the heap stays as it is', () => {
  const steady = found.samples.slice(Math.ceil(found.samples.length / 5));
  const third = Math.floor(steady.length / 3);
  const [first, last] = [steady.slice(0, third), steady.slice(-third)];
  const mean = (of: readonly Sample[], what: (each: Sample) => number) =>
    of.reduce((sum, each) => sum + what(each), 0) / of.length;
  const growth = mean(last, ({ heapUsed }) => heapUsed) - mean(first, ({ heapUsed }) => heapUsed);
  const operations = mean(last, ({ operations }) => operations) - mean(first, ({ operations }) => operations);
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  printLedger(
    'heap',
    { acknowledged: 0, found: 0, lost: 0, repeated: 0 },
    {
      first_third_MiB: megabytes(mean(first, ({ heapUsed }) => heapUsed)),
      last_third_MiB: megabytes(mean(last, ({ heapUsed }) => heapUsed)),
      operations_between: Math.round(operations),
      bytes_per_operation: Math.round(growth / operations),
      at_rest_before_MiB: megabytes(found.before.look.heapUsed),
      at_rest_after_MiB: megabytes(found.after.look.heapUsed),
      samples_MiB: found.samples.map(({ heapUsed }) => megabytes(heapUsed)).join(' '),
      subscribers: found.samples.map(({ live }) => live).join(' '),
    },
  );
  // Too few tell nothing: the slice of `npm test` counts closures instead.
  if (operations < ENOUGH_OPERATIONS) return;
  expect(growth).toBeLessThan(BYTES_PER_OPERATION * operations);
});
