import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';

/** A policy for normal clients that holds at every hour. */
export const normalPolicy = (resolutionMinutes: number, rest: Partial<SlaPolicyEdit> = {}): SlaPolicyEdit => ({
  tier: 'NORMAL',
  resolutionMinutes,
  atRiskPercent: 75,
  breachAction: 'NOTIFY_SUPERVISOR',
  escalateEveryMinutes: null,
  maxEscalationLevel: 3,
  calendar: null,
  ...rest,
});
