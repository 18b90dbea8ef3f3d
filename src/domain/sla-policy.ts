import type { FieldError } from './domain-error.ts';
import type { BreachAction, ClientTier } from './enums.ts';

/** What one tier was promised. Versions never change; the one in force is the highest of its tier. */
export interface SlaPolicy {
  readonly tier: ClientTier;
  readonly version: number;
  readonly resolutionMinutes: number;
  /** Share of the target after which a ticket is at risk. */
  readonly atRiskPercent: number;
  readonly breachAction: BreachAction;
  /** null: seeded. */
  readonly changedById: string | null;
  readonly changedAt: Date;
}

export type SlaPolicyEdit = Pick<SlaPolicy, 'tier' | 'resolutionMinutes' | 'atRiskPercent' | 'breachAction'>;

/** The promises of a new desk (docs: README, "SLA"). */
export const SEEDED_POLICIES: readonly SlaPolicyEdit[] = [
  { tier: 'VIP', resolutionMinutes: 120, atRiskPercent: 75, breachAction: 'ESCALATE' },
  { tier: 'NORMAL', resolutionMinutes: 1_440, atRiskPercent: 75, breachAction: 'NOTIFY_SUPERVISOR' },
];

const LONGEST_PROMISE_MINUTES = 366 * 24 * 60;

/** What is wrong with an edit; paths below `at`, as the caller wrote them. */
export function policyProblems(edit: SlaPolicyEdit, at: string): FieldError[] {
  const problems: FieldError[] = [];
  const within = (n: number, max: number) => Number.isInteger(n) && n >= 1 && n <= max;
  if (!within(edit.resolutionMinutes, LONGEST_PROMISE_MINUTES)) {
    problems.push({
      path: `${at}.resolutionMinutes`,
      message: `"resolutionMinutes" must be a whole number from 1 to ${LONGEST_PROMISE_MINUTES} (a year).`,
    });
  }
  if (!within(edit.atRiskPercent, 99)) {
    problems.push({ path: `${at}.atRiskPercent`, message: '"atRiskPercent" must be a whole number from 1 to 99.' });
  }
  return problems;
}
