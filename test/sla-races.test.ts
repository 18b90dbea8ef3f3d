import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../src/domain/event.ts';
import type { Ticket } from '../src/domain/ticket.ts';
import { failure, MINUTE } from './support/desk.ts';
import {
  createRaces,
  DAY,
  type DeskProcess,
  type Gate,
  type Offsets,
  offsetsOf,
  type Races,
  raceRound,
} from './support/races.ts';
import { expectSameStory } from './support/races-story.ts';
import { seeds } from './support/soak.ts';

// Two processes at one ticket around an instant that is due: a user's action and the claimer. Each looks at a clock of its own.
//   The user acts at the instant or later: it is recorded, whoever comes first. Both look before it: it is not.
//   The user acts before it, the claimer looks at it or later: whoever has the row first decides.

const SEEDS = seeds(20, 200);
const ENOUGH_FOR_BOTH_TO_WIN = 100;
const GATES: readonly [Gate, ...Gate[]] = ['tickets', 'sla_policies', null];

let races: Races;
let firsts: { user: number; claimer: number };
beforeEach(async () => {
  races = await createRaces();
  firsts = { user: 0, claimer: 0 };
});
afterEach(async () => {
  await races[Symbol.asyncDispose]();
});

const isOpen = ({ user, claimer }: Offsets) => user < 0 && claimer >= 0;
const indexOf = (events: readonly LoggedEvent[], type: string) => events.findIndex((event) => event.type === type);

/** Whether what fell due may, must or must not have been recorded when the user came before or after the instant. */
function expectLegal(recorded: boolean, offsets: Offsets): void {
  if (isOpen(offsets)) firsts[recorded ? 'claimer' : 'user'] += 1;
  else expect(recorded, `recorded, at ${JSON.stringify(offsets)}`).toBe(offsets.user >= 0);
}

/** After all rounds: both came first now and then, and the audit finds nothing. */
async function conclude(): Promise<void> {
  await races.expectAudited();
  if (SEEDS.length < ENOUGH_FOR_BOTH_TO_WIN) return;
  expect(firsts.user).toBeGreaterThan(0);
  expect(firsts.claimer).toBeGreaterThan(0);
}

/** Looks for what has come due long after the race: there must be nothing left that the race should have told. */
async function detectLater(due: Date): Promise<void> {
  races.desk.setTime(new Date(due.getTime() + DAY / 2));
  await races.desk.jobs.detectBreaches();
  expect(await races.desk.overdueUnalerted()).toBe(0);
}

async function newTicket(tier: 'VIP' | 'NORMAL' = 'VIP'): Promise<{ ticket: Ticket; due: Date }> {
  const ticket = await races.desk.ticket((await races.desk.client(tier)).id);
  const { dueAt } = ticket.clock;
  if (!dueAt) throw new Error('A new ticket has a due instant.');
  return { ticket, due: dueAt };
}

const settle = (id: string) => races.desk.mutations.changeTicketStatus(races.desk.admin, { id, status: 'RESOLVED' });

const to = (status: 'RESOLVED' | 'PENDING') => (process: DeskProcess, id: string, expectedVersion: number | null) =>
  process.mutations.changeTicketStatus(races.desk.admin, { id, status, expectedVersion });

interface Ending {
  readonly act: (process: DeskProcess, id: string, expectedVersion: number | null) => Promise<Ticket>;
  readonly isEvent: (event: LoggedEvent) => boolean;
}

describe.each<[string, Ending]>([
  ['resolving', { act: to('RESOLVED'), isEvent: (event: LoggedEvent) => event.to === 'RESOLVED' }],
  ['pausing', { act: to('PENDING'), isEvent: (event: LoggedEvent) => event.to === 'PENDING' }],
  [
    'deleting',
    {
      act: (process: DeskProcess, id: string) => process.mutations.deleteTicket(races.desk.admin, id),
      isEvent: (event: LoggedEvent) => event.type === 'ticket.deleted',
    },
  ],
])('%s a ticket against its breach', (name, { act, isEvent }) => {
  it('ends with one of the two, as the log tells', async () => {
    for (const seed of SEEDS) {
      await raceRound(races, seed, async (dice) => {
        const { ticket, due } = await newTicket();
        const offsets = offsetsOf(dice);
        races.setAround(due, offsets);
        const expectedVersion = name !== 'deleting' && dice.below(4) === 0 ? ticket.version : null;
        const [acted, claimed] = await races.race<unknown>(dice, dice.pick(GATES), [
          () => act(races.user, ticket.id, expectedVersion),
          () => races.claimer.jobs.detectBreaches(),
        ]);
        expect(claimed).toMatchObject({ status: 'fulfilled' });
        await detectLater(due);

        const events = await races.desk.events(ticket.id);
        const breach = indexOf(events, 'sla.breached');
        const action = events.findIndex(isEvent);
        expectLegal(breach >= 0, offsets);
        if (breach >= 0) expect(events[breach]?.occurredAt).toEqual(due);
        if (acted?.status === 'fulfilled') {
          expect(action).toBeGreaterThan(breach);
        } else {
          // Only who decided on the version before the breach is refused, and has changed nothing.
          expect([expectedVersion, action]).toEqual([1, -1]);
          expect(breach).toBeGreaterThan(0);
          const refusal = await failure(Promise.reject(acted?.reason));
          expect(refusal).toEqual({ code: 'CONFLICT', details: { currentVersion: 2 } });
        }
        if (name === 'deleting') {
          // Restored, it breaches at once, unless it had.
          await races.desk.mutations.restoreTicket(races.desk.admin, ticket.id);
          expect((await races.desk.stored(ticket.id)).clock.breachedAt).toEqual(due);
        } else if (acted?.status === 'fulfilled') {
          await races.desk.mutations.changeTicketStatus(races.desk.admin, { id: ticket.id, status: 'IN_PROGRESS' });
        }
        await settle(ticket.id);
        await expectSameStory(races.desk, [ticket.id]);
      });
    }
    await conclude();
  });
});

/**
 * One round of a move to another policy against the breach of the old promise, by whichever of the two comes first; a new promise
 * that is over is broken instead, at its own due instant. Never both.
 */
async function raceMove(
  seed: number,
  tier: 'VIP' | 'NORMAL',
  /** Minutes of the new promise, when these are over at the race. */
  newPromise: number | null,
  move: (ticket: Ticket) => Promise<unknown>,
): Promise<void> {
  await raceRound(races, seed, async (dice) => {
    const { ticket, due } = await newTicket(tier);
    const offsets = offsetsOf(dice);
    races.setAround(due, offsets);
    const results = await races.race<unknown>(dice, dice.pick([...GATES, 'clients']), [
      () => move(ticket),
      () => races.claimer.jobs.detectBreaches(),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    await detectLater(due);

    const events = await races.desk.events(ticket.id);
    const moved = events.findIndex(({ type }) => /(tier|policy)_changed/.test(type));
    const breach = events.findIndex(({ type }) => type === 'sla.breached');
    const byOldPromise = breach >= 0 && breach < moved;
    expect(moved).toBeGreaterThan(0);
    // Who notices the move before the due instant makes it then, also when the mover's own clock is past it.
    if (offsets.claimer >= 0 || offsets.user < 0) expectLegal(byOldPromise, offsets);
    if (byOldPromise) {
      expect(events[breach]).toMatchObject({ occurredAt: due, data: { reason: 'sla_breached' } });
    } else if (newPromise !== null) {
      const newDue = new Date(ticket.createdAt.getTime() + newPromise * MINUTE);
      expect(events[breach]).toMatchObject({ occurredAt: newDue, data: { reason: 'policy_changed' } });
    } else {
      expect(breach).toBe(-1);
    }
    await settle(ticket.id);
    await expectSameStory(races.desk, [ticket.id]);
  });
}

describe('a change of tier against the breach', () => {
  it.each([
    ['to a longer promise, the breach counts when it came first', 'VIP', 'NORMAL', null],
    ['to a promise that is over, one of both breaches', 'NORMAL', 'VIP', 120],
  ] as const)('%s', async (_, from, tier, promise) => {
    const move = (ticket: Ticket) => races.user.clients.updateClient(races.desk.admin, { id: ticket.clientId, tier });
    for (const seed of SEEDS) await raceMove(seed, from, promise, move);
    await conclude();
  });
});

describe('an edit of the policy against the breach', () => {
  it.each([
    ['to a longer promise, the breach counts when it came first', 2_880, null],
    ['to a promise that is over, one of both breaches', 60, 60],
  ])('%s', async (_, minutes, promise) => {
    const edit = () => races.editPolicy(races.user, { tier: 'VIP', resolutionMinutes: minutes });
    for (const seed of SEEDS) {
      await races.editPolicy(races.desk, { tier: 'VIP' });
      await raceMove(seed, 'VIP', promise, edit);
    }
    await conclude();
  });
});

describe('acknowledging against the next level of the ladder', () => {
  it('stops it there, or one level later', async () => {
    await races.editPolicy(races.desk, { tier: 'VIP', escalateEveryMinutes: 30, maxEscalationLevel: 5 });
    const colleague = await races.desk.person('SUPERVISOR');
    for (const seed of SEEDS) {
      await raceRound(races, seed, async (dice) => {
        const { ticket, due } = await newTicket();
        races.desk.setTime(due);
        await races.desk.jobs.detectBreaches();
        const nextLevel = new Date(due.getTime() + 30 * MINUTE);
        const offsets = offsetsOf(dice);
        races.setAround(nextLevel, offsets);
        const supervisors = [races.desk.admin, colleague].slice(0, 1 + dice.below(2));
        const results = await races.race<unknown>(dice, dice.pick(GATES), [
          () => races.claimer.jobs.detectBreaches(),
          ...supervisors.map((actor) => () => races.user.mutations.acknowledgeEscalation(actor, ticket.id)),
        ]);
        expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
        await detectLater(due);

        const events = await races.desk.events(ticket.id);
        const level = indexOf(events, 'sla.escalated');
        expectLegal(level >= 0, offsets);
        if (level >= 0) expect(events[level]?.occurredAt).toEqual(nextLevel);
        expect(indexOf(events, 'sla.acknowledged')).toBeGreaterThan(level);
        expect(events.filter(({ type }) => type === 'sla.acknowledged')).toHaveLength(1);
        const rows = await races.desk.escalationsOf(ticket.id);
        expect(rows.map((row) => [row.level, row.acknowledgedAt !== null])).toEqual(
          level >= 0
            ? [
                [1, true],
                [2, true],
              ]
            : [[1, true]],
        );
        await settle(ticket.id);
        await expectSameStory(races.desk, [ticket.id]);
      });
    }
    await conclude();
  });
});
