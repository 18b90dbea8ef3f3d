import { describe, expect, it } from 'vitest';
import { ACCESS, ACTIONS, type Action, may, type Subject } from '../src/domain/access.ts';
import { ROLES, type Role } from '../src/domain/enums.ts';

/** Who may do what to a subject about which no rule asks anything. */
const TABLE: Record<Action, readonly Role[]> = {
  'desk.read': ['ADMIN', 'SUPERVISOR', 'AGENT'],
  'ticket.readDeleted': ['ADMIN', 'SUPERVISOR'],
  'ticket.write': ['ADMIN', 'SUPERVISOR', 'AGENT'],
  'ticket.assign': ['ADMIN', 'SUPERVISOR', 'AGENT'],
  'ticket.delete': ['ADMIN', 'SUPERVISOR'],
  'client.write': ['ADMIN', 'SUPERVISOR'],
  'escalation.acknowledge': ['ADMIN', 'SUPERVISOR'],
  'sla.alerts': ['ADMIN', 'SUPERVISOR'],
  'import.manage': ['ADMIN', 'SUPERVISOR'],
  'queue.read': ['ADMIN', 'SUPERVISOR'],
  'report.read': ['ADMIN', 'SUPERVISOR'],
  'policy.history': ['ADMIN', 'SUPERVISOR'],
  'policy.preview': ['ADMIN', 'SUPERVISOR'],
  'policy.write': ['ADMIN'],
  'user.manage': ['ADMIN'],
  'audit.read': ['ADMIN'],
  'session.own': ['ADMIN', 'SUPERVISOR', 'AGENT'],
};
const me = 'me';
const deleted = new Date(0);

describe.each(ACTIONS)('%s', (action) => {
  it.each(ROLES)('as %s', (role) => {
    expect(may({ id: me, role }, action)).toBe(TABLE[action].includes(role));
  });

  it('is refused to nobody signed in', () => {
    expect(may(null, action)).toBe(false);
  });

  it('has a rule for each role', () => {
    expect(Object.keys(ACCESS[action]).toSorted()).toEqual([...ROLES].toSorted());
  });

  it.each(['ADMIN', 'SUPERVISOR'] as const)('does not depend on the subject for %s', (role) => {
    const subjects: Subject[] = [{ deletedAt: deleted }, { assigneeId: 'other' }, { nextAssigneeId: 'other' }];
    for (const subject of subjects) expect(may({ id: me, role }, action, subject)).toBe(TABLE[action].includes(role));
  });
});

describe('an AGENT', () => {
  const agent = { id: me, role: 'AGENT' as const };

  it('knows of kept tickets only', () => {
    for (const action of ['desk.read', 'ticket.write'] as const) {
      expect(may(agent, action, { deletedAt: null, assigneeId: 'other' })).toBe(true);
      expect(may(agent, action, { deletedAt: deleted, assigneeId: me })).toBe(false);
    }
  });

  it('hears alerts of kept tickets that they hold', () => {
    expect(may(agent, 'sla.alerts', { assigneeId: me, deletedAt: null })).toBe(true);
    expect(may(agent, 'sla.alerts', { assigneeId: 'other', deletedAt: null })).toBe(false);
    expect(may(agent, 'sla.alerts', { assigneeId: null, deletedAt: null })).toBe(false);
    expect(may(agent, 'sla.alerts', { assigneeId: me, deletedAt: deleted })).toBe(false);
  });

  it.each([
    ['nobody', me, true],
    ['nobody', 'other', false],
    ['nobody', 'nobody', true],
    [me, 'nobody', true],
    [me, me, true],
    [me, 'other', false],
    ['other', me, false],
    ['other', 'nobody', false],
    ['other', 'other', false],
  ])('moving a ticket from %s to %s: %s', (from, to, allowed) => {
    const id = (name: string) => (name === 'nobody' ? null : name);
    expect(may(agent, 'ticket.assign', { assigneeId: id(from), nextAssigneeId: id(to) })).toBe(allowed);
  });
});
