import { DomainError } from './domain-error.ts';
import type { TicketStatus } from './enums.ts';

/** What a person may turn each status into. ESCALATED is reached by the system alone; CLOSED is final. */
export const TRANSITIONS: Readonly<Record<TicketStatus, readonly TicketStatus[]>> = {
  OPEN: ['IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'],
  IN_PROGRESS: ['OPEN', 'PENDING', 'RESOLVED', 'CLOSED'],
  PENDING: ['IN_PROGRESS', 'RESOLVED', 'CLOSED'],
  ESCALATED: ['IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'],
  RESOLVED: ['IN_PROGRESS', 'CLOSED'],
  CLOSED: [],
};

/** Whether the promise is settled in this status. */
export function isSettled(status: TicketStatus): boolean {
  return status === 'RESOLVED' || status === 'CLOSED';
}

/** ILLEGAL_TRANSITION, naming the allowed ones, unless the table has the step. */
export function checkTransition(from: TicketStatus, to: TicketStatus): void {
  const allowed = TRANSITIONS[from];
  if (allowed.includes(to)) return;
  const instead = allowed.length > 0 ? `Allowed from here: ${allowed.join(', ')}.` : 'It is final.';
  throw new DomainError('ILLEGAL_TRANSITION', `A ticket that is ${from} cannot become ${to}. ${instead}`, { allowed });
}
