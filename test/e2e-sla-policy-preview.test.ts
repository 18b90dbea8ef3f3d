import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { eventually, type Person, startTestServer, type TestServer } from './support/server.ts';
import { viewTicket } from './support/sla-view.ts';

let server: TestServer;
let desk: DeskCalls;
let lead: Person;
beforeAll(async () => {
  server = await startTestServer();
  desk = deskCalls(server);
  lead = await server.person('SUPERVISOR');
});
afterAll(() => server[Symbol.asyncDispose]());

const HOURS = { timeZone: 'Europe/Berlin', intervals: [{ weekday: 1, start: '09:00', end: '17:00' }], holidays: [] };
const POLICY = `tier resolutionMinutes atRiskPercent breachAction escalateEveryMinutes maxEscalationLevel version updatedAt
  calendar { timeZone intervals { weekday start end } holidays }`;
const PREVIEW = `query ($input: SlaPolicyInput!) { previewSlaPolicy(input: $input) { policy { ${POLICY} }
  ticketsAffected breachNow relaxed
  examples { ticket { id reference client { name } sla { policyVersion dueAt } } dueAtBefore dueAtAfter breachesNow } } }`;
const SET = `mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { ${POLICY} } }`;
const HISTORY = `{ slaPolicyHistory(tier: VIP) { version changedAt changedBy { id email } policy { ${POLICY} } } }`;

interface Policy {
  readonly version: number;
  readonly resolutionMinutes: number;
  readonly updatedAt: string;
}
interface Preview {
  readonly policy: Policy;
  readonly ticketsAffected: number;
  readonly breachNow: number;
  readonly relaxed: number;
  readonly examples: readonly {
    readonly ticket: { readonly id: string; readonly sla: { readonly policyVersion: number; readonly dueAt: string } };
    readonly dueAtBefore: string | null;
    readonly dueAtAfter: string | null;
    readonly breachesNow: boolean;
  }[];
}
const input = (resolutionMinutes: number, rest: object = {}) => ({
  tier: 'VIP',
  resolutionMinutes,
  breachAction: 'ESCALATE',
  ...rest,
});
const previewed = async (minutes: number, rest: object = {}) =>
  (await lead.ask<{ previewSlaPolicy: Preview }>(PREVIEW, { input: input(minutes, rest) })).previewSlaPolicy;
const set = async (minutes: number, rest: object = {}) =>
  (await server.admin.ask<{ setSlaPolicy: Policy }>(SET, { input: input(minutes, rest) })).setSlaPolicy;

it('a preview tells which tickets move, would breach or gain time, and the edit then does just that', async () => {
  const client = await desk.client('VIP');
  const [old, young, paused] = [await desk.ticket(client), await desk.ticket(client), await desk.ticket(client)];
  const hourAgo = new Date(Date.now() - 3_600_000);
  await server.sql(
    `UPDATE tickets SET sla_started_at = $2, sla_due_at = $2::timestamptz + interval '2 hours',
       sla_at_risk_at = $2::timestamptz + interval '90 minutes', sla_next_deadline_at = $2::timestamptz + interval '90 minutes',
       sla_intervals = jsonb_set(sla_intervals, '{0,from}', to_jsonb($3::text)) WHERE id = $1`,
    [old, hourAgo, hourAgo.toISOString()],
  );
  await desk.status(paused, 'PENDING');
  const head = await desk.head();

  const stricter = await previewed(30, { escalateEveryMinutes: 15 });
  expect(stricter).toMatchObject({ ticketsAffected: 3, breachNow: 1, relaxed: 0 });
  expect(stricter.policy).toMatchObject({
    version: 2,
    resolutionMinutes: 30,
    escalateEveryMinutes: 15,
    calendar: null,
  });
  const inMinutes = (minutes: number) => new Date(hourAgo.getTime() + minutes * 60_000).toISOString();
  expect(stricter.examples).toMatchObject([
    { ticket: { id: old }, dueAtBefore: inMinutes(120), dueAtAfter: inMinutes(30), breachesNow: true },
    { ticket: { id: young, sla: { policyVersion: 1 } }, breachesNow: false },
    { ticket: { id: paused }, dueAtBefore: null, dueAtAfter: null, breachesNow: false },
  ]);
  expect(await previewed(600)).toMatchObject({ ticketsAffected: 3, breachNow: 0, relaxed: 2 });
  expect(await previewed(600, { calendar: HOURS })).toMatchObject({ policy: { version: 2, calendar: HOURS } });
  expect(await desk.head()).toBe(head);

  const { policy } = stricter;
  expect(await set(30, { escalateEveryMinutes: 15 })).toEqual({ ...policy, updatedAt: expect.any(String) });
  for (const { ticket, dueAtAfter, breachesNow } of stricter.examples) {
    const { sla } = await viewTicket(server.admin, ticket.id);
    expect(sla).toMatchObject({ policyVersion: 2, dueAt: dueAtAfter });
    expect(sla.breachedAt).toBe(breachesNow ? dueAtAfter : null);
  }
});

it('the history has each version with who made it and when, newest first', async () => {
  const { version, updatedAt } = await set(45, { calendar: HOURS });
  const { slaPolicyHistory } = await lead.ask<{ slaPolicyHistory: unknown[] }>(HISTORY);
  expect(slaPolicyHistory).toHaveLength(version);
  const by = { id: server.admin.id, email: 'admin@techsupport.pro' };
  expect(slaPolicyHistory[0]).toMatchObject({
    version,
    changedAt: updatedAt,
    changedBy: by,
    policy: { version, updatedAt, resolutionMinutes: 45, calendar: HOURS },
  });
  expect(slaPolicyHistory.at(-1)).toMatchObject({ version: 1, changedBy: null, policy: { resolutionMinutes: 120 } });
});

it('a preview names each mistake as setSlaPolicy does', async () => {
  const wrong = {
    input: input(0, { calendar: { ...HOURS, intervals: [{ weekday: 8, start: '9:00', end: '17:00' }] } }),
  };
  const answers = [await server.admin.send(PREVIEW, wrong), await server.admin.send(SET, wrong)];
  const told = answers.map(({ errors }) => errors?.map(({ message, extensions }) => [message, extensions?.fields]));
  expect(told[0]).toEqual(told[1]);
  expect(answers[0]?.errors?.[0]?.extensions).toMatchObject({
    code: 'VALIDATION_FAILED',
    fields: [
      { path: 'input.resolutionMinutes' },
      { path: 'input.calendar.intervals[0].weekday' },
      { path: 'input.calendar.intervals[0].start' },
    ],
  });
});

it('a caller who goes away in the middle leaves nothing behind, in the log or in the database', async () => {
  const holder = new pg.Client({ connectionString: server.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE tickets IN ACCESS EXCLUSIVE MODE');
  const gone = new AbortController();
  const asked = fetch(`${server.base}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${lead.token}` },
    body: JSON.stringify({ query: PREVIEW, variables: { input: input(60) } }),
    signal: gone.signal,
  });
  const previews = (state: string) =>
    server.sql(
      `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%open_clocks%' AND pid <> pg_backend_pid() AND ${state}`,
    );
  await eventually(
    () => previews("wait_event_type = 'Lock'"),
    (waiting) => waiting.length === 1,
  );
  gone.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  await holder.end();
  await eventually(
    () => previews("state <> 'idle'"),
    (running) => running.length === 0,
  );
  expect(await previewed(60)).toMatchObject({ ticketsAffected: 3 });
  expect(server.log).toEqual([]);
});
