import { type BusinessCalendar, calendarProblems } from './calendar/business-calendar.ts';
import { isReachable, workingTime } from './calendar/working-time.ts';
import type { FieldError } from './domain-error.ts';
import type { BreachAction, ClientTier } from './enums.ts';

/** What one tier was promised. Versions never change; the one in force is the highest of its tier. */
export interface SlaPolicy {
  readonly tier: ClientTier;
  readonly version: number;
  /** Minutes of working time. */
  readonly resolutionMinutes: number;
  /** Share of the target after which a ticket is at risk. */
  readonly atRiskPercent: number;
  readonly breachAction: BreachAction;
  /** Minutes of working time from one level of the ladder to the next; null: one level only. */
  readonly escalateEveryMinutes: number | null;
  /** The top of the ladder. */
  readonly maxEscalationLevel: number;
  /** When time counts; null: round the clock. */
  readonly calendar: BusinessCalendar | null;
  /** null: seeded. */
  readonly changedById: string | null;
  readonly changedAt: Date;
}

export type SlaPolicyEdit = Omit<SlaPolicy, 'version' | 'changedById' | 'changedAt'>;

/** What decides by which policy a ticket is served. A further key, such as a contract, would be added here. */
export interface PolicyKey {
  readonly tier: ClientTier;
}

/** The one place that finds a ticket's policy among those in force. Priority and tags play no part (docs/sla.md). */
export function policyFor(inForce: readonly SlaPolicy[], key: PolicyKey): SlaPolicy {
  const policy = inForce.find(({ tier }) => tier === key.tier);
  if (!policy) throw new Error(`There is no SLA policy for ${key.tier}: the start of the server seeds them.`);
  return policy;
}

/** Whether work from `from` to `to` without a pause would have broken the promise, in working time. */
export function tookTooLong(policy: SlaPolicy, from: Date, to: Date): boolean {
  return workingTime(policy.calendar).between(from, to) > policy.resolutionMinutes * MINUTE_MS;
}

const ONE_LEVEL = { atRiskPercent: 75, escalateEveryMinutes: null, maxEscalationLevel: 3, calendar: null } as const;

/** The promises of a new desk (docs: README, "SLA"). */
export const SEEDED_POLICIES: readonly SlaPolicyEdit[] = [
  { ...ONE_LEVEL, tier: 'VIP', resolutionMinutes: 120, breachAction: 'ESCALATE' },
  { ...ONE_LEVEL, tier: 'NORMAL', resolutionMinutes: 1_440, breachAction: 'NOTIFY_SUPERVISOR' },
];

const LONGEST_PROMISE_MINUTES = 366 * 24 * 60;
const HIGHEST_LEVEL = 100;
/** A calendar with few hours stretches a promise; beyond this it is surely a mistake. */
const LONGEST_WAIT_YEARS = 10;
const YEAR_MS = 366 * 86_400_000;
const MINUTE_MS = 60_000;

/** What is wrong with an edit that is made at `now`; paths below `at`, as the caller wrote them. */
export function policyProblems(edit: SlaPolicyEdit, at: string, now: Date): FieldError[] {
  const problems: FieldError[] = [];
  const within = (field: keyof SlaPolicyEdit & string, max: number, meaning = '') => {
    const n = edit[field];
    if (typeof n === 'number' && Number.isInteger(n) && n >= 1 && n <= max) return;
    problems.push({ path: `${at}.${field}`, message: `"${field}" must be a whole number from 1 to ${max}${meaning}.` });
  };
  within('resolutionMinutes', LONGEST_PROMISE_MINUTES, ' (a year)');
  within('atRiskPercent', 99);
  if (edit.escalateEveryMinutes !== null) {
    within('escalateEveryMinutes', LONGEST_PROMISE_MINUTES, ' (a year), or null for one level only');
  }
  within('maxEscalationLevel', HIGHEST_LEVEL);
  if (edit.calendar) problems.push(...calendarProblems(edit.calendar, `${at}.calendar`));
  return problems.length > 0 ? problems : tooFar(edit, at, now);
}

/** A promise that its calendar puts years away. */
function tooFar(edit: SlaPolicyEdit, at: string, now: Date): FieldError[] {
  const problems: FieldError[] = [];
  for (const field of ['resolutionMinutes', 'escalateEveryMinutes'] as const) {
    const minutes = edit[field];
    if (minutes === null || isReachable(edit.calendar, now, minutes * MINUTE_MS, LONGEST_WAIT_YEARS * YEAR_MS))
      continue;
    problems.push({
      path: `${at}.${field}`,
      message: `With so little working time, ${minutes} minutes take more than ${LONGEST_WAIT_YEARS} years. Give "calendar" more hours, or "${field}" fewer minutes.`,
    });
  }
  return problems;
}
