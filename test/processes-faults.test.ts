import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type TestDesk } from './support/desk.ts';
import {
  type RunningBreaches,
  type RunningImport,
  startBreaches,
  startImport,
  untilTakenUp,
  whoDetects,
} from './support/fault-round.ts';
import { Fleet, type Member } from './support/fleet.ts';
import { type Ledger, printLedger, spread, sum } from './support/ledger.ts';
import { eventually } from './support/server.ts';
import { ServerPlace } from './support/server-place.ts';
import { Dice } from './support/simulation-random.ts';
import { patience, replayable, seeds } from './support/soak.ts';

const ROWS = 3_000;
const TICKETS = 500;
const LEAD_MS = 1_200;

const place = new ServerPlace();
let desk: TestDesk;
let fleet: Fleet;
let token: string;
beforeAll(async () => {
  desk = await createDesk({ realTime: true });
  fleet = new Fleet(place, desk.url, { IMPORT_CHUNK_ROWS: '50' });
  await fleet.start(['api', 'worker', 'worker']);
  token = await fleet.token(desk.admin);
});
afterAll(async () => {
  await Promise.all([...fleet.apis, ...fleet.workers].map((member) => fleet.stop(member)));
  await desk[Symbol.asyncDispose]();
});

interface Round {
  readonly imports: RunningImport;
  readonly breaches: RunningBreaches;
}

/** An import and broken promises at the same time, up to a point that the dice choose. */
async function work(dice: Dice, seed: number): Promise<Round> {
  const breaches = await startBreaches(desk, TICKETS, LEAD_MS);
  const imports = await startImport(desk, fleet.caller(token), ROWS, seed);
  const [count, enough] = dice.chance(0.5)
    ? [imports.rowsDone, dice.within(0, ROWS - 200)]
    : [breaches.recorded, dice.within(1, TICKETS - 50)];
  await eventually(count, (done) => done >= enough);
  return { imports, breaches };
}

/** Whoever detects breaches just now, or any of them. */
async function victim(dice: Dice): Promise<Member> {
  const name = dice.chance(0.7) ? await whoDetects(desk) : null;
  const chosen = fleet.workers.find((worker) => worker.name === name) ?? fleet.workers[dice.below(2)];
  if (!chosen) throw new Error('There are not two workers.');
  return chosen;
}

/** How long both took from now, in milliseconds. */
async function untilDone({ imports, breaches }: Round): Promise<{ importMs: number; breachesMs: number }> {
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  const [importMs, breachesMs] = await Promise.all([
    eventually(imports.isOver, Boolean).then(since),
    eventually(breaches.recorded, (count) => count === TICKETS).then(since),
  ]);
  return { importMs, breachesMs };
}

/** Jobs of all queues that somebody works on, as a process that is awake tells. */
async function jobsUnderWay(member: Member): Promise<number> {
  const answer = await fetch(`${member.origin}/health/metrics`);
  const { queues = [] } = (await answer.json()) as { queues?: { active: number }[] };
  return queues.reduce((sum, { active }) => sum + active, 0);
}

const nothingLost = ({ acknowledged }: Ledger): Ledger => ({ acknowledged, found: acknowledged, lost: 0, repeated: 0 });

describe('a worker that is killed with -9 amid an import and escalations', () => {
  it(
    'costs a moment: the other one goes on, nothing is lost, nothing happens twice',
    async () => {
      const [rows, promises]: [Ledger[], Ledger[]] = [[], []];
      const took: { importMs: number; breachesMs: number }[] = [];
      const takenUp: number[] = [];
      for (const seed of seeds(3, 20)) {
        await replayable(seed, async () => {
          const dice = new Dice(seed);
          const round = await work(dice, seed);
          const dead = await victim(dice);
          await fleet.kill(dead);
          // As whoever watches over processes does.
          const replaced = fleet.startOne('worker');
          const [done, taken] = await Promise.all([untilDone(round), untilTakenUp(desk)]);
          took.push(done);
          takenUp.push(taken);
          const [ofRows, ofPromises] = await Promise.all([round.imports.ledger(), round.breaches.ledger()]);
          expect([ofRows, ofPromises]).toEqual([nothingLost(ofRows), nothingLost(ofPromises)]);
          rows.push(ofRows);
          promises.push(ofPromises);
          await replaced;
        });
      }
      const imports = spread(took.map(({ importMs }) => importMs));
      const breaches = spread(took.map(({ breachesMs }) => breachesMs));
      const jobs = spread(takenUp);
      printLedger(`kill -9, rows of ${rows.length} imports`, sum(rows), {
        'jobs taken up after ms (median)': jobs.median,
        'at most': jobs.max,
        'to the end of the import (median)': imports.median,
      });
      printLedger('kill -9, breaches, levels and steps', sum(promises), {
        'to the last one ms (median)': breaches.median,
        'at most': breaches.max,
      });
    },
    patience(120_000),
  );
});

describe('a worker that stands still past its locks and goes on', () => {
  it(
    'finds its work done by the other one, and does nothing twice',
    async () => {
      const [rows, promises]: [Ledger[], Ledger[]] = [[], []];
      const took: number[] = [];
      for (const seed of seeds(1, 20)) {
        await replayable(seed, async () => {
          const dice = new Dice(seed + 1_000);
          const round = await work(dice, seed + 1_000);
          const asleep = await victim(dice);
          process.kill(asleep.pid, 'SIGSTOP');
          try {
            const [{ importMs, breachesMs }] = await Promise.all([untilDone(round), untilTakenUp(desk)]);
            took.push(Math.max(importMs, breachesMs));
          } finally {
            process.kill(asleep.pid, 'SIGCONT');
          }
          // Awake, it tries to end what it had begun; then it works like any other.
          await eventually(
            () => jobsUnderWay(asleep),
            (jobs) => jobs === 0,
          );
          const [ofRows, ofPromises] = await Promise.all([round.imports.ledger(), round.breaches.ledger()]);
          const next = await startImport(desk, fleet.caller(token), 200, seed + 2_000);
          await eventually(next.isOver, Boolean);
          const ofNext = await next.ledger();
          expect([ofRows, ofPromises, ofNext]).toEqual([ofRows, ofPromises, ofNext].map(nothingLost));
          rows.push(ofRows, ofNext);
          promises.push(ofPromises);
        });
      }
      const { median, max } = spread(took);
      printLedger(`SIGSTOP, rows of ${rows.length} imports`, sum(rows), { medianMsToTheEnd: median, maxMs: max });
      printLedger('SIGSTOP, breaches, levels and steps', sum(promises));
    },
    patience(120_000),
  );
});

it('every clock is what its log says, after all that', async () => {
  const { mismatched, audited, skipped } = await desk.auditAll();
  expect({ mismatched, skipped }).toEqual({ mismatched: 0, skipped: 0 });
  expect(audited).toBeGreaterThan(TICKETS);
});
