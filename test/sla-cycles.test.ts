import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workingTime } from '../src/domain/calendar/working-time.ts';
import type { ClientTier, TicketStatus } from '../src/domain/enums.ts';
import { elapsedMs, explain, type SlaClock } from '../src/domain/sla-clock.ts';
import type { SlaPolicyEdit } from '../src/domain/sla-policy.ts';
import { calendar } from './support/calendar-week.ts';
import { createDesk, MINUTE, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await createDesk();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

const policy = (rest: Partial<SlaPolicyEdit> = {}): SlaPolicyEdit => ({
  ...{ tier: 'VIP', resolutionMinutes: 60, atRiskPercent: 75, breachAction: 'ESCALATE' },
  ...{ escalateEveryMinutes: 10, maxEscalationLevel: 3, calendar: null },
  ...rest,
});
const setPolicy = (rest: Partial<SlaPolicyEdit> = {}) => desk.sla.setSlaPolicy(desk.admin, policy(rest));
const open = async (tier: ClientTier = 'VIP') => desk.ticket((await desk.client(tier)).id);

/** The status changes so many minutes from now. */
async function changeAfter(minutes: number, id: string, status: TicketStatus): Promise<void> {
  desk.advance(minutes * MINUTE);
  await desk.jobs.detectBreaches();
  await desk.mutations.changeTicketStatus(desk.admin, { id, status });
}

/** The cycles that have ended, then the present one. */
async function cyclesOf(id: string) {
  const [ended = []] = await desk.stores.tickets.endedCyclesOf([id]);
  return [...ended, (await desk.stored(id)).clock];
}

type Cycle = Pick<SlaClock, 'tier' | 'policyVersion' | 'intervals'>;

/** "RUNNING 600" for each stretch, by the policy version that its cycle ended under. */
async function stretches(cycle: Cycle): Promise<string[]> {
  const version = await desk.stores.policies.version(cycle.tier, cycle.policyVersion);
  const shares = explain(cycle, version, desk.clock.now());
  const running = shares.filter(({ state }) => state === 'RUNNING').reduce((sum, each) => sum + each.workingSeconds, 0);
  expect(running).toBe(Math.floor(elapsedMs(cycle, version, desk.clock.now()) / 1000));
  return shares.map(({ state, workingSeconds }) => `${state} ${workingSeconds}`);
}

describe('a ticket that is reopened', () => {
  it('has one cycle after the other, each with its own start, due instant, breach, end and stretches', async () => {
    await setPolicy();
    const { id, createdAt } = await open();
    const minute = (minutes: number) => new Date(createdAt.getTime() + minutes * MINUTE);
    await changeAfter(10, id, 'PENDING');
    await changeAfter(5, id, 'IN_PROGRESS');
    await changeAfter(20, id, 'RESOLVED');
    await changeAfter(100, id, 'IN_PROGRESS');
    await changeAfter(75, id, 'RESOLVED');
    await changeAfter(1, id, 'IN_PROGRESS');
    desk.advance(7 * MINUTE);

    const cycles = await cyclesOf(id);
    expect(cycles).toMatchObject([
      { cycle: 1, policyVersion: 2, startedAt: minute(0), dueAt: minute(65), metAt: minute(35), breachedAt: null },
      { cycle: 2, policyVersion: 2, startedAt: minute(135), dueAt: minute(195), metAt: minute(210) },
      { cycle: 3, policyVersion: 2, startedAt: minute(211), dueAt: minute(271), metAt: null, breachedAt: null },
    ]);
    expect(cycles[0]).toMatchObject({ escalationLevel: 0, detectedAt: null });
    expect(cycles[1]).toMatchObject({ escalationLevel: 2, breachedAt: minute(195), detectedAt: minute(210) });
    expect(cycles[2]).toMatchObject({ escalationLevel: 0, nextEscalationAt: null });
    expect(await Promise.all(cycles.map(stretches))).toEqual([
      ['RUNNING 600', 'PAUSED 300', 'RUNNING 1200'],
      ['RUNNING 4500'],
      ['RUNNING 420'],
    ]);
    expect(cycles.flatMap(({ intervals }) => intervals.map(({ reason }) => reason))).toEqual([
      'The ticket was created.',
      'Waiting for the client: the ticket became PENDING.',
      'The ticket went back to work: it became IN_PROGRESS.',
      'The ticket was reopened.',
      'The ticket was reopened.',
    ]);
    expect((await desk.escalationsOf(id)).map(({ cycle, level }) => [cycle, level])).toEqual([
      [2, 1],
      [2, 2],
    ]);
  });

  it('shares milliseconds out so that whole seconds sum exactly', async () => {
    await setPolicy();
    const { id } = await open();
    for (const [milliseconds, status] of [
      [1_700, 'PENDING'],
      [999, 'IN_PROGRESS'],
      [1_700, 'PENDING'],
      [999, 'IN_PROGRESS'],
      [1_700, 'RESOLVED'],
    ] as const) {
      desk.advance(milliseconds);
      await desk.mutations.changeTicketStatus(desk.admin, { id, status });
    }
    // 5.1 s running are 1 + 2 + 2 whole seconds, 1.998 s paused 0 + 1.
    const [cycle] = await cyclesOf(id);
    expect(cycle && (await stretches(cycle))).toEqual(['RUNNING 1', 'PAUSED 0', 'RUNNING 2', 'PAUSED 1', 'RUNNING 2']);
  });

  it('takes the policy and tier that are in force then; the ended cycle keeps its own, and its sums', async () => {
    await setPolicy();
    const client = await desk.client('VIP');
    const { id } = await desk.ticket(client.id);
    await changeAfter(30, id, 'RESOLVED');
    await setPolicy({ resolutionMinutes: 30, calendar: calendar('UTC', 'Mon-Fri 12:00-13:00') });
    await changeAfter(1, id, 'IN_PROGRESS');
    await changeAfter(1, id, 'RESOLVED');
    await desk.clients.updateClient(desk.admin, { id: client.id, tier: 'NORMAL' });
    await changeAfter(1, id, 'IN_PROGRESS');
    const cycles = await cyclesOf(id);
    expect(cycles.map(({ tier, policyVersion }) => [tier, policyVersion])).toEqual([
      ['VIP', 2],
      ['VIP', 3],
      ['NORMAL', 1],
    ]);
    // The second one ran at half past nine, outside its hours: no working time, and due within them.
    expect(await Promise.all(cycles.map(stretches))).toEqual([['RUNNING 1800'], ['RUNNING 0'], ['RUNNING 0']]);
    expect(cycles[1]?.dueAt).toEqual(new Date('2026-03-02T12:30:00.000Z'));
  });

  it('begins at the bottom again, and warns and breaches once in each cycle', async () => {
    await setPolicy({ escalateEveryMinutes: null });
    const { id } = await open();
    for (let round = 0; round < 3; round += 1) {
      for (const minutes of [50, 20]) {
        desk.advance(minutes * MINUTE);
        await desk.jobs.detectBreaches();
      }
      await changeAfter(0, id, 'RESOLVED');
      await changeAfter(5, id, 'IN_PROGRESS');
    }
    const told = (await desk.events(id)).filter(({ type }) => type.startsWith('sla.'));
    expect(told.map(({ type, data }) => `${type} ${data?.cycle}`)).toEqual(
      [1, 2, 3].flatMap((cycle) => [`sla.at_risk ${cycle}`, `sla.breached ${cycle}`]),
    );
    expect((await desk.stored(id)).clock).toMatchObject({ cycle: 4, escalationLevel: 0, breachedAt: null });
  });

  it('is not reopened from CLOSED, and closing a resolved one moves nothing', async () => {
    await setPolicy();
    const { id } = await open();
    await changeAfter(10, id, 'RESOLVED');
    const { clock } = await desk.stored(id);
    await changeAfter(10, id, 'CLOSED');
    expect((await desk.stored(id)).clock).toEqual(clock);
    await expect(changeAfter(10, id, 'IN_PROGRESS')).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('a clock with business hours', () => {
  const berlin = calendar('Europe/Berlin', 'Mon-Fri 09:00-17:00', ['2026-04-03', '2026-04-06']);

  it('keeps its promise over a weekend in which the clocks change, and over Easter', async () => {
    await setPolicy({ resolutionMinutes: 4 * 60, calendar: berlin });
    // Friday 27 March, 15:00 in Berlin (UTC+1); on Sunday it becomes UTC+2.
    desk.setTime(new Date('2026-03-27T14:00:00.000Z'));
    expect((await open()).clock).toMatchObject({
      dueAt: new Date('2026-03-30T09:00:00.000Z'),
      // Three hours: at 10:00 on Monday.
      atRiskAt: new Date('2026-03-30T08:00:00.000Z'),
    });
    // Thursday 2 April, 16:30; Good Friday and Easter Monday are holidays.
    desk.setTime(new Date('2026-04-02T14:30:00.000Z'));
    expect((await open()).clock.dueAt).toEqual(new Date('2026-04-07T10:30:00.000Z'));
  });

  it('counts a pause only as far as it took working time', async () => {
    await setPolicy({ resolutionMinutes: 4 * 60, calendar: berlin });
    desk.setTime(new Date('2026-03-27T14:00:00.000Z'));
    const { id } = await open();
    desk.setTime(new Date('2026-03-27T15:30:00.000Z'));
    await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'PENDING' });
    // Until Monday 09:30: half an hour of Friday and half an hour of Monday.
    desk.setTime(new Date('2026-03-30T07:30:00.000Z'));
    await desk.mutations.changeTicketStatus(desk.admin, { id, status: 'IN_PROGRESS' });
    const { clock } = await desk.stored(id);
    expect(clock.dueAt).toEqual(new Date('2026-03-30T10:00:00.000Z'));
    expect(workingTime(berlin).between(clock.startedAt, clock.dueAt ?? clock.startedAt)).toBe(300 * MINUTE);
    desk.setTime(new Date('2026-03-30T08:00:00.000Z'));
    expect(await stretches(clock)).toEqual(['RUNNING 5400', 'PAUSED 3600', 'RUNNING 1800']);
  });

  it('breaches in business hours only, when closing time is the due instant at closing time', async () => {
    await setPolicy({ resolutionMinutes: 2 * 60, calendar: berlin, escalateEveryMinutes: 30 });
    desk.setTime(new Date('2026-03-27T14:00:00.000Z'));
    const [sharp, later] = [await open(), await open()];
    desk.advance(MINUTE);
    await desk.mutations.changeTicketStatus(desk.admin, { id: later.id, status: 'PENDING' });
    desk.advance(1);
    await desk.mutations.changeTicketStatus(desk.admin, { id: later.id, status: 'IN_PROGRESS' });
    desk.setTime(new Date('2026-03-30T10:00:00.000Z'));
    await desk.jobs.detectBreaches();
    const instants = async (id: string) => (await desk.escalationsOf(id)).map(({ escalatedAt }) => escalatedAt);
    expect((await instants(sharp.id)).map((at) => at.toISOString())).toEqual([
      ...['2026-03-27T16:00:00.000Z', '2026-03-30T07:30:00.000Z', '2026-03-30T08:00:00.000Z'],
    ]);
    // A millisecond more than Friday had.
    expect((await instants(later.id))[0]).toEqual(new Date('2026-03-30T07:00:00.001Z'));
  });

  it('stays as it is when the calendar changes but for its due instants: same start, same stretches', async () => {
    await setPolicy();
    const { id, clock } = await open();
    desk.advance(30 * MINUTE);
    await setPolicy({ calendar: calendar('UTC', 'Mon-Fri 09:10-17:00') });
    const moved = (await desk.stored(id)).clock;
    expect(moved).toMatchObject({ startedAt: clock.startedAt, intervals: clock.intervals, policyVersion: 3 });
    expect(moved.dueAt).toEqual(new Date('2026-03-02T10:10:00.000Z'));
    expect(await stretches(moved)).toEqual(['RUNNING 1200']);
  });
});
