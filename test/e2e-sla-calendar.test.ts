import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BusinessCalendar } from '../src/domain/calendar/business-calendar.ts';
import { calendar } from './support/calendar-week.ts';
import { type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { startTestServer, type TestServer } from './support/server.ts';
import { secondsAgo } from './support/sla-view.ts';

let server: TestServer;
let desk: DeskCalls;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const POLICY = `tier resolutionMinutes atRiskPercent breachAction escalateEveryMinutes maxEscalationLevel
  calendar { timeZone intervals { weekday start end } holidays }`;
const SET = `mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { ${POLICY} version } }`;
const promise = { tier: 'NORMAL', resolutionMinutes: 240, atRiskPercent: 50, breachAction: 'NOTIFY_SUPERVISOR' };
const setPolicy = (changes: Record<string, unknown>) => server.admin.ask(SET, { input: { ...promise, ...changes } });

interface Clock {
  readonly cycle: number;
  readonly state: string;
  readonly startedAt: string;
  readonly dueAt: string | null;
  readonly breachedAt: string | null;
  readonly metAt: string | null;
  readonly elapsedSeconds: number;
  readonly remainingSeconds: number;
  readonly intervals: readonly { readonly state: string; readonly workingSeconds: number; readonly reason: string }[];
  readonly cycles: readonly Omit<Clock, 'cycles' | 'state' | 'remainingSeconds'>[];
}
const CYCLE = 'cycle startedAt dueAt breachedAt metAt elapsedSeconds intervals { state workingSeconds reason }';
const CLOCK = `query ($id: ID!) { ticket(id: $id) { sla { state remainingSeconds ${CYCLE} cycles { ${CYCLE} } } } }`;
const clockOf = async (id: string): Promise<Clock> =>
  (await server.admin.ask<{ ticket: { sla: Clock } }>(CLOCK, { id })).ticket.sla;

const sum = (clock: Pick<Clock, 'intervals'>, state: string): number =>
  clock.intervals.filter((each) => each.state === state).reduce((total, each) => total + each.workingSeconds, 0);

const DAY = 86_400_000;
/** 1 Monday to 7 Sunday, so many days after an instant, in UTC. */
const weekday = (at: string, daysLater = 0) => ((new Date(Date.parse(at) + daysLater * DAY).getUTCDay() + 6) % 7) + 1;
const wholeDays = (weekdays: readonly number[]): BusinessCalendar => ({
  timeZone: 'UTC',
  intervals: weekdays.map((each) => ({ weekday: each, start: '00:00', end: '24:00' })),
  holidays: [],
});

describe('a policy with a calendar and a ladder', () => {
  it('reads back whole and in its normal form, and goes back to round the clock', async () => {
    const given = calendar('europe/berlin', 'Tue 13:00-17:30, Tue 09:00-12:00, Sat 22:00-24:00, Sun 00:00-06:00', [
      '2028-02-29',
      '2026-12-25',
      '2026-12-25',
    ]);
    const input = { escalateEveryMinutes: 30, maxEscalationLevel: 5, calendar: given };
    const kept = {
      ...promise,
      ...input,
      calendar: calendar('Europe/Berlin', 'Tue 09:00-12:00, Tue 13:00-17:30, Sat 22:00-24:00, Sun 00:00-06:00', [
        '2026-12-25',
        '2028-02-29',
      ]),
    };
    expect(await setPolicy(input)).toEqual({ setSlaPolicy: { ...kept, version: 2 } });
    const read = `{ slaPolicies { ${POLICY} version } }`;
    expect(await server.admin.ask(read)).toMatchObject({ slaPolicies: [{ tier: 'VIP' }, { ...kept, version: 2 }] });
    // What is left out of the next policy is not in it.
    await setPolicy({});
    expect(await server.admin.ask(read)).toMatchObject({
      slaPolicies: [{}, { escalateEveryMinutes: null, maxEscalationLevel: 3, calendar: null, version: 3 }],
    });
  });

  it.each([
    ['timeZone', calendar('Europe/Atlantis', 'Mon 09:00-17:00')],
    ['timeZone', calendar('+01:00', 'Mon 09:00-17:00')],
    ['intervals', { timeZone: 'UTC', intervals: [], holidays: [] }],
    ['intervals[1].start', calendar('UTC', 'Mon 09:00-12:00, Mon 11:00-13:00')],
    ['intervals[0].end', calendar('UTC', 'Mon 17:00-09:00')],
    ['intervals[0].end', calendar('UTC', 'Mon 22:00-00:00')],
    ['intervals[1].weekday', { ...wholeDays([1, 0]) }],
    ['intervals[1].weekday', { ...wholeDays([1, 8]) }],
    ['intervals[0].start', calendar('UTC', 'Mon 9:00-17:00')],
    ['intervals[0].start', calendar('UTC', 'Mon 24:00-24:00')],
    ['intervals[0].end', calendar('UTC', 'Mon 09:00-24:01')],
    ['holidays[1]', calendar('UTC', 'Mon 09:00-17:00', ['2026-12-25', '2027-02-29'])],
    ['holidays[0]', calendar('UTC', 'Mon 09:00-17:00', ['2026-02-30'])],
    ['holidays[0]', calendar('UTC', 'Mon 09:00-17:00', ['25.12.2026'])],
  ])('is refused at calendar.%s: %j', async (path, wrong) => {
    const { errors } = await server.admin.send(SET, { input: { ...promise, calendar: wrong } });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(errors?.[0]?.extensions?.fields).toEqual([
      { path: `input.calendar.${path}`, message: expect.stringMatching(/^.{15,}\.$/) },
    ]);
  });

  it.each([
    ['escalateEveryMinutes', 0],
    ['escalateEveryMinutes', 527_041],
    ['maxEscalationLevel', 0],
    ['maxEscalationLevel', 101],
    ['resolutionMinutes', 0],
    ['atRiskPercent', 100],
  ])('is refused with %s %i', async (field, value) => {
    const { errors } = await server.admin.send(SET, { input: { ...promise, [field]: value } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'VALIDATION_FAILED', fields: [{ path: `input.${field}` }] });
  });

  it('is refused with every mistake at once, and when its hours would keep nobody waiting less than ten years', async () => {
    const wrong = { ...calendar('Mars', 'Mon 09:00-09:00', ['x']), intervals: [{ weekday: 9, start: '9', end: '10' }] };
    const all = await server.admin.send(SET, {
      input: { ...promise, resolutionMinutes: 0, escalateEveryMinutes: -1, maxEscalationLevel: 0, calendar: wrong },
    });
    const fields = (all.errors?.[0]?.extensions?.fields ?? []) as { path: string }[];
    expect(fields.map(({ path }) => path)).toEqual(
      [
        ...['resolutionMinutes', 'escalateEveryMinutes', 'maxEscalationLevel', 'calendar.timeZone'],
        ...['calendar.intervals[0].weekday', 'calendar.intervals[0].start', 'calendar.intervals[0].end'],
        'calendar.holidays[0]',
      ].map((path) => `input.${path}`),
    );
    const minute = { calendar: calendar('UTC', 'Mon 09:00-09:01'), escalateEveryMinutes: 600 };
    const slow = await server.admin.send(SET, { input: { ...promise, resolutionMinutes: 10_000, ...minute } });
    expect(slow.errors?.[0]?.extensions).toMatchObject({
      code: 'VALIDATION_FAILED',
      fields: [{ path: 'input.resolutionMinutes' }, { path: 'input.escalateEveryMinutes' }],
    });
    expect(await server.admin.ask('{ slaPolicies { version } }')).toEqual({
      slaPolicies: [{ version: 1 }, { version: 3 }],
    });
  });
});

describe('a clock with a calendar', () => {
  it('is due after the days on which nobody works, and what is left of it does not fall meanwhile', async () => {
    const id = await desk.ticket(await desk.client('NORMAL'));
    const { startedAt } = await clockOf(id);
    // Today, and again from the third day on: a promise of a day takes three.
    const working = [0, 3, 4, 5, 6].map((later) => weekday(startedAt, later));
    await setPolicy({ resolutionMinutes: 1_440, calendar: wholeDays(working) });
    expect((await clockOf(id)).dueAt).toBe(new Date(Date.parse(startedAt) + 3 * DAY).toISOString());

    // Only in three days is there work: not a second is used up, however long ago the ticket was opened.
    await setPolicy({ resolutionMinutes: 60, calendar: wholeDays([weekday(startedAt, 3)]) });
    const opensAt = (Math.floor(Date.parse(startedAt) / DAY) + 3) * DAY;
    for (const hoursAgo of [1, 40]) {
      await openedAt(id, secondsAgo(hoursAgo * 3_600));
      expect(await clockOf(id)).toMatchObject({ state: 'RUNNING', elapsedSeconds: 0, remainingSeconds: 3_600 });
    }
    expect(Date.parse((await clockOf(id)).dueAt ?? '')).toBe(opensAt + 3_600_000);
    await setPolicy({});
  });

  it('shows every cycle of a ticket that was reopened twice, with sums that are exact', async () => {
    const id = await desk.ticket(await desk.client('NORMAL'));
    await openedAt(id, secondsAgo(1_000));
    await desk.status(id, 'PENDING');
    await desk.status(id, 'IN_PROGRESS');
    await desk.status(id, 'RESOLVED');
    await desk.status(id, 'IN_PROGRESS');
    await server.makeDue(id, secondsAgo(1));
    await desk.status(id, 'RESOLVED');
    await desk.status(id, 'IN_PROGRESS');
    const clock = await clockOf(id);
    expect(clock).toMatchObject({ cycle: 3, state: 'RUNNING', breachedAt: null, metAt: null });
    expect(clock.cycles.map(({ cycle }) => cycle)).toEqual([1, 2]);
    const [first, second] = clock.cycles;
    expect(first?.intervals).toMatchObject([
      { state: 'RUNNING', reason: 'The ticket was created.' },
      { state: 'PAUSED', reason: 'Waiting for the client: the ticket became PENDING.' },
      { state: 'RUNNING', reason: 'The ticket went back to work: it became IN_PROGRESS.' },
    ]);
    expect(first?.elapsedSeconds).toBeGreaterThanOrEqual(1_000);
    expect(first).toMatchObject({ breachedAt: null, metAt: expect.any(String), dueAt: expect.any(String) });
    expect(second).toMatchObject({ breachedAt: expect.any(String), metAt: expect.any(String) });
    expect(second?.intervals).toMatchObject([{ state: 'RUNNING', reason: 'The ticket was reopened.' }]);
    for (const cycle of [...clock.cycles, clock]) {
      expect(sum(cycle, 'RUNNING')).toBe(cycle.elapsedSeconds);
      expect(cycle.intervals.length).toBeGreaterThan(0);
    }
    expect(clock.elapsedSeconds + clock.remainingSeconds).toBe(240 * 60);
    expect((await clockOf(await desk.ticket(await desk.client('NORMAL')))).cycles).toEqual([]);
  });
});

/** Moves the start of a ticket's clock, which nobody can do from outside. */
async function openedAt(id: string, from: Date): Promise<void> {
  await server.sql(
    `UPDATE tickets SET sla_started_at = $2, sla_intervals = jsonb_set(sla_intervals, '{0,from}', to_jsonb($3::text))
      WHERE id = $1`,
    [id, from, from.toISOString()],
  );
}

it('nothing of all this failed for a reason that nobody foresaw', () => {
  expect(server.log).toEqual([]);
});
