import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditedClock } from '../src/application/sla/audit-ports.ts';
import { auditClock } from '../src/domain/audit/audit-clock.ts';
import type { AuditedEvent } from '../src/domain/audit/audited-ticket.ts';
import type { PolicyBook } from '../src/domain/audit/policy-book.ts';
import type { TicketEventType } from '../src/domain/event.ts';
import { PostgresClockAudit } from '../src/infrastructure/postgres/clock-audit.ts';
import { deskWithFullLife } from './support/audited-ticket.ts';
import type { TestDesk } from './support/desk.ts';

let desk: TestDesk;
let clock: AuditedClock;
let policies: PolicyBook;

beforeAll(async () => {
  ({ desk } = await deskWithFullLife());
  const read = await new PostgresClockAudit(desk.db).read({ after: 0, limit: 1 }, (slice) => slice);
  const [first] = read?.verdict.clocks ?? [];
  if (!first || !read) throw new Error('There is no ticket.');
  clock = first;
  policies = read.verdict.policies;
});
afterAll(() => desk[Symbol.asyncDispose]());

/** What the audit says of the ticket when its log is what `change` makes of it: each difference in a line. */
function verdictOn(change: (events: AuditedEvent[]) => AuditedEvent[]): string[] {
  const verdict = auditClock(clock.stored, change([...clock.events]), policies, null);
  if (verdict.kind === 'not_auditable') return [`not auditable: ${verdict.reason}`];
  if (verdict.kind === 'agrees') return [];
  return verdict.mismatch.differences.map(({ field, stored, recomputed }) => `${field}: ${stored} / ${recomputed}`);
}

const nth = (events: readonly AuditedEvent[], type: TicketEventType, n = 1): number => {
  const places = events.flatMap((event, index) => (event.type === type ? [index] : []));
  return places[n - 1] ?? Number.NaN;
};
const without =
  (type: TicketEventType, n = 1) =>
  (events: AuditedEvent[]) =>
    events.toSpliced(nth(events, type, n), 1);
const twice =
  (type: TicketEventType, n = 1) =>
  (events: AuditedEvent[]) => {
    const at = nth(events, type, n);
    return events.toSpliced(at, 0, ...events.slice(at, at + 1));
  };
const changed =
  (type: TicketEventType, change: (event: AuditedEvent) => Partial<AuditedEvent>, n = 1) =>
  (events: AuditedEvent[]) =>
    events.map((event, index) => (index === nth(events, type, n) ? { ...event, ...change(event) } : event));
const data = (facts: Record<string, unknown>) => (event: AuditedEvent) => ({ data: { ...event.data, ...facts } });

describe('a log that does not tell what time did', () => {
  it('as it is, agrees', () => {
    expect(verdictOn((events) => events)).toEqual([]);
  });

  it('without a breach is short of it, and of what the breach brought', () => {
    expect(verdictOn(without('sla.breached', 2))).toContainEqual(
      'log at 2026-03-02T12:37:00.292Z: nothing, before sla.escalated of 2026-03-02T13:07:00.292Z / sla.breached of 2026-03-02T12:37:00.292Z',
    );
  });

  it('without a level is short of it', () => {
    expect(verdictOn(without('sla.escalated', 1))).toEqual([
      'log at 2026-03-02T10:30:00.250Z: nothing, before sla.acknowledged of 2026-03-02T10:32:00.271Z / sla.escalated of 2026-03-02T10:30:00.250Z',
    ]);
  });

  it('without the last level differs from the row', () => {
    const lines = verdictOn(without('sla.escalated', 2));
    expect(lines).toContainEqual('escalationLevel: 2 / 1');
    expect(lines).toContainEqual('escalations[cycle 2, level 2]: there / none');
  });

  it('without a move to another policy is short of it', () => {
    expect(verdictOn(without('sla.policy_changed'))).toEqual([
      expect.stringMatching(/: nothing, before sla.at_risk of .* \/ sla.policy_changed of/),
    ]);
  });

  it.each([
    'sla.breached',
    'sla.escalated',
    'sla.at_risk',
    'sla.acknowledged',
    'ticket.status_changed',
  ] as const)('with %s twice has one too many', (type) => {
    expect(verdictOn(twice(type))).toContainEqual(expect.stringMatching(new RegExp(`: ${type} of .* / nothing`)));
  });

  it.each([
    [
      'instant',
      'sla.breached',
      () => ({ occurredAt: new Date('2026-03-02T10:00:00Z') }),
      'occurredAt 2026-03-02T10:00:00.000Z',
    ],
    ['due instant', 'sla.breached', data({ dueAt: '2026-03-02T10:00:00.000Z' }), 'dueAt 2026-03-02T10:00:00.000Z'],
    ['level', 'sla.escalated', data({ escalationLevel: 3 }), 'escalationLevel 3'],
    ['reason', 'sla.breached', data({ reason: 'policy_changed' }), 'reason policy_changed'],
    ['action', 'sla.breached', data({ action: 'NOTIFY_SUPERVISOR' }), 'action NOTIFY_SUPERVISOR'],
    ['cycle', 'sla.at_risk', data({ cycle: 4 }), 'cycle 4'],
    ['tier', 'sla.acknowledged', data({ tier: 'NORMAL' }), 'tier NORMAL'],
    ['due instant after a move', 'sla.policy_changed', data({ dueAtAfter: null }), 'dueAtAfter null'],
    ['former status', 'ticket.status_changed', () => ({ from: 'OPEN' }), 'from OPEN'],
  ] as const)('with a wrong %s is told so', (_, type, change, said) => {
    const n = type === 'ticket.status_changed' ? 2 : 1;
    expect(verdictOn(changed(type, change, n))).toEqual([
      expect.stringContaining(`: ${type} with ${said} / ${type} with`),
    ]);
  });

  it('with a warning before its time has one too many', () => {
    expect(verdictOn(changed('sla.at_risk', data({ detectedAt: '2026-03-02T09:44:00.000Z' })))[0]).toMatch(
      /^atRiskAlertedAt|^log at .*sla.at_risk of .* nothing/,
    );
  });

  it('with a step that no rule allows is told the rule', () => {
    const closed = (events: AuditedEvent[]) => changed('ticket.status_changed', () => ({ to: 'CLOSED' }), 2)(events);
    expect(verdictOn(closed)).toContainEqual(expect.stringContaining('CLOSED cannot become IN_PROGRESS'));
  });
});

describe('a log that does not tell enough', () => {
  it.each([
    ['is empty', () => [], 'It has no events.'],
    [
      'was pruned',
      (events: AuditedEvent[]) => events.slice(1),
      'Its log does not begin with its creation: older events were deleted.',
    ],
    [
      'was written before events named their policy version',
      changed('ticket.created', () => ({ data: null })),
      'Its ticket.created does not name its policy version: it was logged by an older release.',
    ],
    [
      'was moved before events named their policy version',
      changed('sla.policy_changed', () => ({ data: { dueAtBefore: null } })),
      'Its sla.policy_changed does not name its policy version: it was logged by an older release.',
    ],
    [
      'names a policy that is not there',
      changed('ticket.created', data({ policyVersion: 99 })),
      'There is no version 99 of the SLA policy for VIP.',
    ],
    [
      'does not tell when a breach was seen',
      changed('sla.breached', () => ({ data: {} })),
      'Its sla.breached does not tell when it was detected.',
    ],
  ])('because it %s is not judged', (_, change, reason) => {
    expect(verdictOn(change)).toEqual([`not auditable: ${reason}`]);
  });

  it('leaves tickets that were made without the use cases alone', async () => {
    await desk.db.pool.query(`
      INSERT INTO tickets SELECT (jsonb_populate_record(t, '{"id": "00000000-0000-4000-8000-000000000001", "number": 99}')).* FROM tickets t`);
    expect(await desk.auditAll()).toMatchObject({
      audited: 1,
      skipped: 1,
      reasons: { 'It has no events.': 1 },
      mismatched: 0,
    });
    await desk.db.pool.query('DELETE FROM tickets WHERE number = 99');
  });
});
