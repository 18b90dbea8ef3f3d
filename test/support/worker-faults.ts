import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBreaches, type RunningImport, startBreaches, startImport, whoDetects } from './fault-round.ts';
import type { Member } from './fleet.ts';
import { type Installation, openInstallation, type QueueHome } from './installation.ts';
import { type Ledger, nothingLost, printLedger, spread, sum } from './ledger.ts';
import { eventually } from './server.ts';
import { ServerPlace } from './server-place.ts';
import { Dice } from './simulation-random.ts';
import { patience, replayable } from './soak.ts';
import { type TakeOver, takeOver, takeOverFacts } from './take-over.ts';

const ROWS = 3_000;
const TICKETS = 500;
const LEAD_MS = 1_200;
/** Writes of imports take a moment, as on a busy server, so that faults meet workers amid one. */
const SLOW_WRITES = `
  CREATE FUNCTION take_a_moment() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END';
  CREATE TRIGGER take_a_moment BEFORE INSERT ON ticket_logs FOR EACH STATEMENT EXECUTE FUNCTION take_a_moment()`;
/** What is promised of a killed worker's jobs. */
const TAKEN_UP_MS = 10_000;

export interface WorkerFaultRounds {
  /** A seed for each round of a kind. */
  readonly kills: readonly number[];
  readonly stops: readonly number[];
}

interface Round {
  readonly imports: RunningImport;
  readonly breaches: RunningBreaches;
}

/** Tests of workers that die or stand still amid an import and escalations, while another one goes on, with the queues in one of their stores. */
export function workerFaults(queues: QueueHome, { kills, stops }: WorkerFaultRounds): void {
  const place = new ServerPlace();
  let all: Installation;
  beforeAll(async () => {
    all = await openInstallation(place, queues);
    await all.desk.db.pool.query(SLOW_WRITES);
    await all.fleet.start(['api', 'worker', 'worker']);
  });
  afterAll(() => all[Symbol.asyncDispose]());

  /** An import and broken promises at the same time, up to a point that the dice choose. */
  async function work(dice: Dice, seed: number): Promise<Round> {
    const breaches = await startBreaches(all.desk, TICKETS, LEAD_MS);
    await all.wake();
    const imports = await startImport(all.desk, all.fleet.caller(all.token), ROWS, seed);
    const [count, enough] = dice.chance(0.5)
      ? [imports.rowsDone, dice.within(0, ROWS - 200)]
      : [breaches.recorded, dice.within(1, TICKETS - 50)];
    await eventually(count, (done) => done >= enough);
    return { imports, breaches };
  }

  /** Whoever detects breaches just now, or any of them. */
  async function victim(dice: Dice): Promise<Member> {
    const name = dice.chance(0.7) ? await whoDetects(all.desk) : null;
    const { workers } = all.fleet;
    const chosen = workers.find((worker) => worker.name === name) ?? workers[dice.below(2)];
    if (!chosen) throw new Error('There are not two workers.');
    return chosen;
  }

  describe(`a worker that is killed with -9 amid an import and escalations, queues in ${queues}`, () => {
    it(
      'costs a moment: the other one goes on, nothing is lost, nothing happens twice',
      async () => {
        const [rows, promises]: [Ledger[], Ledger[]] = [[], []];
        const took: Done[] = [];
        const takeOvers: TakeOver[] = [];
        for (const seed of kills) {
          await replayable(seed, async () => {
            const dice = new Dice(seed);
            const round = await work(dice, seed);
            const dead = await victim(dice);
            const since = performance.now();
            await all.fleet.kill(dead);
            // As whoever watches over processes does, or only when the other one has shown that it can do without.
            const replaced = dice.chance(0.5) ? all.fleet.startOne('worker') : null;
            const [done, taken] = await Promise.all([untilDone(round), takeOver(all, since)]);
            await (replaced ?? all.fleet.startOne('worker'));
            took.push(done);
            takeOvers.push(taken);
            expect(taken.jobs ?? 0).toBeLessThan(TAKEN_UP_MS);
            const ledgers = await Promise.all([round.imports.ledger(), round.breaches.ledger()]);
            expect(ledgers).toEqual(ledgers.map(nothingLost));
            rows.push(ledgers[0]);
            promises.push(ledgers[1]);
          });
        }
        const breaches = spread(took.map(({ breachesMs }) => breachesMs));
        const imports = spread(took.map(({ importMs }) => importMs));
        printLedger(`kill -9, queues in ${queues}, rows of ${rows.length} imports`, sum(rows), {
          ...takeOverFacts(takeOvers),
          'to the end of the import': `median ${imports.median} ms, at most ${imports.max} ms`,
        });
        printLedger(`kill -9, queues in ${queues}, breaches, levels and steps`, sum(promises), {
          'the last one recorded': `median ${breaches.median} ms, at most ${breaches.max} ms`,
        });
      },
      patience(150_000),
    );
  });

  describe(`a worker that stands still past its locks and goes on, queues in ${queues}`, () => {
    it(
      'finds its work done by the other one, and does nothing twice',
      async () => {
        const [rows, promises]: [Ledger[], Ledger[]] = [[], []];
        const took: number[] = [];
        const takeOvers: TakeOver[] = [];
        for (const seed of stops) {
          await replayable(seed, async () => {
            const dice = new Dice(seed + 1_000);
            const round = await work(dice, seed + 1_000);
            const asleep = await victim(dice);
            const since = performance.now();
            process.kill(asleep.pid, 'SIGSTOP');
            try {
              const [{ importMs, breachesMs }, taken] = await Promise.all([untilDone(round), takeOver(all, since)]);
              took.push(Math.max(importMs, breachesMs));
              takeOvers.push(taken);
            } finally {
              process.kill(asleep.pid, 'SIGCONT');
            }
            // Awake, it tries to end what it had begun; then it works like any other.
            await eventually(
              () => jobsUnderWay(asleep),
              (jobs) => jobs === 0,
            );
            const [ofRows, ofPromises] = await Promise.all([round.imports.ledger(), round.breaches.ledger()]);
            const next = await startImport(all.desk, all.fleet.caller(all.token), 200, seed + 2_000);
            await eventually(next.isOver, Boolean);
            const ledgers = [ofRows, ofPromises, await next.ledger()];
            expect(ledgers).toEqual(ledgers.map(nothingLost));
            rows.push(ofRows, await next.ledger());
            promises.push(ofPromises);
          });
        }
        const { median, max } = spread(took);
        printLedger(`SIGSTOP, queues in ${queues}, rows of ${rows.length} imports`, sum(rows), {
          ...takeOverFacts(takeOvers),
          'to the end of all': `median ${median} ms, at most ${max} ms`,
        });
        printLedger(`SIGSTOP, queues in ${queues}, breaches, levels and steps`, sum(promises));
      },
      patience(150_000),
    );
  });

  it('every clock is what its log says, after all that', async () => {
    const { mismatched, audited, skipped } = await all.desk.auditAll();
    expect({ mismatched, skipped }).toEqual({ mismatched: 0, skipped: 0 });
    expect(audited).toBeGreaterThan(TICKETS);
  });
}

interface Done {
  readonly importMs: number;
  readonly breachesMs: number;
}

/** How long both took from now, in milliseconds. */
async function untilDone({ imports, breaches }: Round): Promise<Done> {
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  const [importMs, breachesMs] = await Promise.all([
    eventually(imports.isOver, Boolean).then(since),
    eventually(breaches.recorded, (count) => count === TICKETS).then(since),
  ]);
  return { importMs, breachesMs };
}

/** Jobs of all queues that somebody works on, as a process that is awake tells; without end while it has no connection to them. */
async function jobsUnderWay(member: Member): Promise<number> {
  const answer = await fetch(`${member.origin}/health/metrics`);
  const { queues } = (await answer.json()) as { queues: { active: number }[] | null };
  return queues?.reduce((sum, { active }) => sum + active, 0) ?? Number.POSITIVE_INFINITY;
}
