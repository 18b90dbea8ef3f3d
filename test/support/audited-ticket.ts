import type { ClockMismatch } from '../../src/domain/audit/audit-clock.ts';
import { createDesk, MINUTE, type TestDesk } from './desk.ts';

/** A policy with everything: 60 minutes, at risk after 45, then a level every 30 minutes up to 3. */
export const LADDER = {
  tier: 'VIP',
  resolutionMinutes: 60,
  atRiskPercent: 75,
  breachAction: 'ESCALATE',
  escalateEveryMinutes: 30,
  maxEscalationLevel: 3,
  calendar: null,
} as const;

/**
 * A desk with one ticket that has lived through everything: a first cycle with a warning, a breach, a further level and an
 * acknowledgement, resolved and reopened; a second one with a pause, a move to another version of its policy, a breach and a level.
 */
export async function deskWithFullLife(): Promise<{ desk: TestDesk; id: string }> {
  const desk = await createDesk();
  await desk.sla.setSlaPolicy(desk.admin, LADDER);
  const { id } = await desk.ticket((await desk.client('VIP')).id);
  const wait = async (minutes: number) => {
    desk.advance(minutes * MINUTE + 7);
    await desk.jobs.detectBreaches();
  };
  const become = (status: 'PENDING' | 'IN_PROGRESS' | 'RESOLVED') =>
    desk.mutations.changeTicketStatus(desk.admin, { id, status });
  await wait(46);
  await wait(15);
  await wait(31);
  await desk.mutations.acknowledgeEscalation(desk.admin, id);
  await wait(10);
  await become('RESOLVED');
  await wait(10);
  await become('IN_PROGRESS');
  await wait(20);
  await become('PENDING');
  await wait(15);
  await become('IN_PROGRESS');
  await desk.sla.setSlaPolicy(desk.admin, { ...LADDER, resolutionMinutes: 90 });
  await wait(60);
  await wait(30);
  await wait(15);
  return { desk, id };
}

/** The fields that an audit of everything finds different, ticket by ticket. */
export function fieldsOf(mismatches: readonly ClockMismatch[]): string[][] {
  return mismatches.map(({ differences }) => differences.map(({ field }) => field));
}
