import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TicketStatus } from '../src/domain/enums.ts';
import { translatePostgresError } from '../src/infrastructure/postgres/translate-error.ts';
import { failure, MINUTE, until } from './support/desk.ts';
import { createRaces, type Gate, type Races, raceRound } from './support/races.ts';
import { doomed } from './support/races-doom.ts';
import { expectSameStory } from './support/races-story.ts';
import { seeds } from './support/soak.ts';

const SEEDS = seeds(20, 200);
const ROUNDS_PER_BATCH = 10;
const LADDER_MINUTES = 30;
const GATES: readonly [Gate, ...Gate[]] = ['tickets', 'sla_policies', null];

let races: Races;
beforeEach(async () => {
  races = await createRaces();
});
afterEach(async () => {
  await races[Symbol.asyncDispose]();
});

/** VIP tickets that are due a millisecond apart, and climb a ladder on which each round is a level. */
class Batch {
  #ids: string[] = [];
  #firstDue = new Date(0);
  #level = 0;
  #lastDue = new Date(0);
  /** The log's position before the tickets. */
  #since = 0;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  /** The instant at which the first of the tickets breaches, or reaches the next level; new tickets after some rounds. */
  async nextDue(): Promise<Date> {
    if (this.#level % ROUNDS_PER_BATCH === 0) await this.#renew();
    const due = new Date(this.#firstDue.getTime() + this.#level * LADDER_MINUTES * MINUTE);
    this.#level += 1;
    this.#lastDue = new Date(due.getTime() + MINUTE);
    return due;
  }

  /** Every ticket has reached this round's level, once, and in the order of due instants; see also expectSameStory. */
  async expectClimbed(): Promise<void> {
    const { desk } = races;
    await expectSameStory(desk, this.#ids, this.#since);
    const tickets = await desk.stores.tickets.byIds(this.#ids);
    expect(tickets.map((ticket) => ticket?.clock.escalationLevel)).toEqual(this.#ids.map(() => this.#level));
    const { rows } = await desk.db.pool.query<{ subject_id: string }>(
      `SELECT subject_id FROM event_log
        WHERE type IN ('sla.breached', 'sla.escalated') AND (data->>'escalationLevel')::int = $1 AND subject_id = ANY($2)
        ORDER BY position`,
      [this.#level, this.#ids],
    );
    expect(rows.map((row) => row.subject_id)).toEqual(this.#ids);
  }

  async #renew(): Promise<void> {
    const { desk } = races;
    const now = desk.clock.now();
    desk.setTime(this.#lastDue);
    for (const id of this.#ids) await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'RESOLVED' });
    desk.setTime(now);
    this.#level = 0;
    this.#ids = [];
    this.#since = await desk.stores.log.settled();
    const client = await desk.client('VIP');
    for (let i = 0; i < this.#size; i += 1) {
      const ticket = await desk.ticket(client.id);
      if (i === 0) this.#firstDue = ticket.clock.dueAt ?? this.#firstDue;
      this.#ids.push(ticket.id);
      desk.advance(1);
    }
    // The warnings are told already: what comes next for each of them is the breach.
    desk.setTime(new Date(this.#firstDue.getTime() - 1));
    await desk.jobs.detectBreaches();
  }
}

const withLadder = () =>
  races.editPolicy(races.desk, { tier: 'VIP', escalateEveryMinutes: LADDER_MINUTES, maxEscalationLevel: 50 });

describe('claimers', () => {
  it('of two processes, whose clocks are apart, share 50 due tickets: each is claimed once, all in due order', async () => {
    await withLadder();
    const batch = new Batch(50);
    for (const seed of SEEDS) {
      await raceRound(races, seed, async (dice) => {
        const due = await batch.nextDue();
        races.setAround(due, { user: dice.below(60), claimer: dice.below(60) });
        const both = [races.user, races.claimer, races.user, races.claimer].slice(0, 2 + dice.below(3));
        const results = await races.race(
          dice,
          dice.pick(GATES),
          both.map(({ jobs }) => jobs.detectBreaches),
        );
        const counts = results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason));
        races.desk.setTime(new Date(due.getTime() + 60));
        counts.push(await races.desk.jobs.detectBreaches());
        expect(counts.reduce((sum, each) => sum + each, 0)).toBe(50);
        await batch.expectClimbed();
      });
    }
    await races.expectAudited();
  });

  it('that lose their connection at any statement leave all or nothing, and the next one finishes their work', async () => {
    await withLadder();
    const victim = races.openProcess();
    const doom = doomed(victim.db, races.desk.db);
    const batch = new Batch(10);
    let kills = 0;
    for (const seed of SEEDS) {
      await raceRound(races, seed, async (dice) => {
        const due = await batch.nextDue();
        const now = new Date(due.getTime() + 10);
        for (const process of [victim, races.claimer]) process.setTime(now);
        doom.at(dice.below(10), dice.pick(['before', 'meanwhile']));
        // Alone it surely gets to the statement; beside another claimer the two may meet.
        const beside = dice.below(2) === 0 ? [() => races.claimer.jobs.detectBreaches()] : [];
        const [end, ...others] = await races.race(dice, null, [() => victim.jobs.detectBreaches(), ...beside]);
        const killsBefore = kills;
        kills = await doom.spare();
        if (end?.status === 'rejected') {
          expect(kills).toBe(killsBefore + 1);
          expect(translatePostgresError(end.reason)?.code).toBe('UNAVAILABLE');
        }
        expect(others.filter(({ status }) => status === 'rejected')).toEqual([]);
        races.desk.setTime(now);
        // A backend that is told to end may hold its rows for a moment yet.
        await until(async () => {
          await races.desk.jobs.detectBreaches();
          return (await races.desk.overdueUnalerted()) === 0;
        });
        await batch.expectClimbed();
      });
    }
    await races.expectAudited();
    await victim.db.close();
    if (SEEDS.length > 1) expect(kills).toBeGreaterThan(0);
  });
});

describe('two users who decided on the same version of a ticket', () => {
  it('change its status once: the other one is told CONFLICT', async () => {
    const client = await races.desk.client('VIP');
    for (const seed of SEEDS) {
      await raceRound(races, seed, async (dice) => {
        const { id, version } = await races.desk.ticket(client.id);
        const statuses: [TicketStatus, ...TicketStatus[]] = ['IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'];
        const wishes = [races.user, races.claimer].map((process) => ({ process, status: dice.pick(statuses) }));
        const results = await races.race(
          dice,
          dice.pick(GATES),
          wishes.map(({ process: { mutations }, status }) => () => {
            const input = { id, status, expectedVersion: version };
            return mutations.changeTicketStatus(races.desk.admin, input);
          }),
        );
        const winner = results.findIndex(({ status }) => status === 'fulfilled');
        const loser = results[1 - winner];
        expect(loser?.status).toBe('rejected');
        if (loser?.status === 'rejected') {
          const conflict = { code: 'CONFLICT', details: { currentVersion: version + 1 } };
          expect(await failure(Promise.reject(loser.reason))).toEqual(conflict);
        }
        const stored = await races.desk.stored(id);
        expect(stored).toMatchObject({ status: wishes[winner]?.status, version: version + 1 });
        await races.desk.mutations.deleteTicket(races.desk.admin, id);
        await expectSameStory(races.desk, [id]);
      });
    }
    await races.expectAudited();
  });
});

describe('reopening against an edit of the policy', () => {
  it('ends, after the next sweep, with a new cycle under the edit, whoever came first', async () => {
    const { desk, user, claimer } = races;
    const client = await desk.client('VIP');
    for (const seed of SEEDS) {
      await races.editPolicy(desk, { tier: 'VIP' });
      await raceRound(races, seed, async (dice) => {
        const { id } = await desk.ticket(client.id);
        desk.advance(30 * MINUTE);
        await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'RESOLVED' });
        races.setAround(desk.clock.now(), { user: 60_000 + dice.below(3), claimer: 60_000 + dice.below(3) });
        const resolutionMinutes = dice.pick([60, 240]);
        const results = await races.race<unknown>(dice, dice.pick(GATES), [
          () => user.mutations.changeTicketStatus(desk.admin, { id, status: 'IN_PROGRESS' }),
          () => races.editPolicy(claimer, { tier: 'VIP', resolutionMinutes }),
        ]);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
        desk.advance(2 * MINUTE);
        await desk.jobs.moveOutdatedClocks('all');
        const { clock } = await desk.stored(id);
        const { version } = await desk.stores.policies.inForce({ tier: 'VIP' });
        const due = new Date(clock.startedAt.getTime() + resolutionMinutes * MINUTE);
        expect(clock).toMatchObject({ cycle: 2, policyVersion: version, dueAt: due, breachedAt: null });

        desk.setTime(due);
        await desk.jobs.detectBreaches();
        expect((await desk.stored(id)).clock.breachedAt).toEqual(due);
        await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'RESOLVED' });
        await expectSameStory(desk, [id]);
      });
    }
    await races.expectAudited();
  });
});
