import { normalCalendar } from '../../domain/calendar/business-calendar.ts';
import { throwIfInvalid } from '../../domain/domain-error.ts';
import { policyProblems, type SlaPolicyEdit } from '../../domain/sla-policy.ts';

/**
 * An edit that is asked for at `now`, in the form in which it is kept. VALIDATION_FAILED, every mistake with its path below
 * "input", unless it can come into force.
 */
export function checkPolicyEdit(asked: SlaPolicyEdit, now: Date): SlaPolicyEdit {
  throwIfInvalid(policyProblems(asked, 'input', now));
  return { ...asked, calendar: asked.calendar && normalCalendar(asked.calendar) };
}
