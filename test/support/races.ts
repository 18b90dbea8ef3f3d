import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { expect } from 'vitest';
import { composeDesk } from '../../src/compose-desk.ts';
import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';
import { postgresUsers } from '../../src/infrastructure/postgres/user-store.ts';
import { createDesk, MINUTE, type TestDesk, until } from './desk.ts';
import { randomNumbers } from './naive-reports.ts';
import { replayable } from './soak.ts';

export const DAY = 1_440 * MINUTE;
const CONNECTIONS = 5;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Where all contestants are held until each of them stands there: a table that they touch, or nowhere. */
export type Gate = 'tickets' | 'clients' | 'sla_policies' | null;

/** What a round rolls its dice with. */
export interface Dice {
  below(n: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
}

/** Dice that fall the same way for the same seed. */
export function diceOf(seed: number): Dice {
  const next = randomNumbers(seed);
  const below = (n: number) => Math.floor(next() * n);
  return { below, pick: (from) => from[below(from.length)] ?? from[0] };
}

/** Milliseconds from a due instant at which the user and the claimer look at their clocks. */
export interface Offsets {
  readonly user: number;
  readonly claimer: number;
}

/** Around the due instant; every other time the user is before it and the claimer is not, so that the rows decide who wins. */
export function offsetsOf(dice: Dice): Offsets {
  if (dice.below(2) === 0) return { user: -1 - dice.below(3), claimer: dice.below(3) };
  return { user: dice.below(5) - 2, claimer: dice.below(5) - 2 };
}

/** Another process, as far as Postgres can tell: a pool, caches and a clock of its own, which stands where it is set. */
function openProcess(desk: TestDesk) {
  const db = desk.open(CONNECTIONS);
  let now = desk.clock.now();
  const { mutations, clients, sla, jobs } = composeDesk({
    db,
    workDb: db,
    users: postgresUsers(db),
    imports: { find: async () => null },
    wakeUp: desk.wakeUp,
    clock: { now: () => now },
    newId: v7,
    fingerprint: (text) => createHash('sha256').update(text).digest('base64'),
    logger: silent,
    observeLag: () => undefined,
    scheduleMore: async () => undefined,
    maxBacklog: 1_000,
  });
  return {
    ...{ db, mutations, clients, sla, jobs },
    setTime(at: Date): void {
      now = at;
    },
  };
}

export type DeskProcess = ReturnType<typeof openProcess>;

/** A desk, and two processes beside it that race on its database. */
export async function createRaces() {
  const desk = await createDesk();
  const user = openProcess(desk);
  const claimer = openProcess(desk);
  await Promise.all([user, claimer].map(({ db }) => db.pool.query('SELECT 1')));
  const policies = new Map((await desk.stores.policies.all()).map((policy) => [policy.tier, policy]));

  return {
    desk,
    user,
    claimer,
    openProcess: () => openProcess(desk),
    /** Starts a round a day after everything before it, with every clock at the same instant. */
    nextRound(): void {
      desk.advance(30 * DAY);
      for (const each of [user, claimer]) each.setTime(desk.clock.now());
    },
    /** Puts a policy in force that is like the seeded one but for `changes`, as an admin at `process` does. */
    editPolicy(process: Pick<DeskProcess, 'sla'>, changes: Pick<SlaPolicyEdit, 'tier'> & Partial<SlaPolicyEdit>) {
      const seeded = policies.get(changes.tier);
      if (!seeded) throw new Error(`No policy was seeded for ${changes.tier}.`);
      const { version: _, changedAt: __, changedById: ___, ...edit } = seeded;
      return process.sla.setSlaPolicy(desk.admin, { ...edit, ...changes });
    },
    /** Sets both clocks around `due`, and the desk's own long after. */
    setAround(due: Date, offsets: Offsets): void {
      user.setTime(new Date(due.getTime() + offsets.user));
      claimer.setTime(new Date(due.getTime() + offsets.claimer));
    },
    /**
     * Starts the contestants in random order, a few turns of the event loop apart, and with a gate holds them there until all stand
     * before it or have given up. Resolves with what became of each, in the order of `contestants`.
     */
    async race<T>(
      dice: Dice,
      gate: Gate,
      contestants: readonly (() => Promise<T>)[],
    ): Promise<PromiseSettledResult<T>[]> {
      const release = gate ? await hold(desk, gate) : null;
      let running = 0;
      const started: { index: number; promise: Promise<T> }[] = [];
      const waiting = contestants.map((start, index) => ({ start, index }));
      while (waiting.length > 0) {
        const [next] = waiting.splice(dice.below(waiting.length), 1);
        if (!next) break;
        running += 1;
        const promise = next.start().finally(() => {
          running -= 1;
        });
        promise.catch(() => undefined);
        started.push({ index: next.index, promise });
        for (let turns = dice.below(30); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      }
      if (release) {
        await until(async () => running === 0 || (await held(desk)) === running);
        await release();
      }
      const inOrder = started.toSorted((a, b) => a.index - b.index);
      return Promise.allSettled(inOrder.map(({ promise }) => promise));
    },
    /** The server's own audit finds nothing either, over all rounds so far. */
    async expectAudited(): Promise<void> {
      const { audited, skipped, mismatches } = await desk.auditAll();
      expect(mismatches).toEqual([]);
      expect(skipped).toBe(0);
      expect(audited).toBeGreaterThan(0);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await user.db.close();
      await claimer.db.close();
      await desk[Symbol.asyncDispose]();
    },
  };
}

export type Races = Awaited<ReturnType<typeof createRaces>>;

/** One seeded round in a time of its own; its failure names the seed. */
export function raceRound(races: Races, seed: number, round: (dice: Dice) => Promise<void>): Promise<void> {
  races.nextRound();
  return replayable(seed, () => round(diceOf(seed)));
}

/** A third transaction that nobody gets past: whoever touches `table` waits for its end. */
async function hold(desk: TestDesk, table: string): Promise<() => Promise<void>> {
  const client = await desk.db.pool.connect();
  await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return async () => {
    await client.query('COMMIT');
    client.release();
  };
}

async function held(desk: TestDesk): Promise<number> {
  const { rows } = await desk.db.pool.query<{ held: number }>(
    `SELECT count(*)::int AS held FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'desk-test'`,
  );
  return rows[0]?.held ?? 0;
}
