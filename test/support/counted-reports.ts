import { expect } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import type { LogFacts } from '../../src/domain/report/ticket-log.ts';
import { naiveAgents, naiveResolution, naiveWeeks } from './naive-reports.ts';
import type { reportsFrom } from './reports.ts';

const EVER = { from: null, to: null };
const WEEKS = 30;

/** The reports of this process hold what is counted from these logs, all that there are. */
export async function expectCounted(
  reports: ReturnType<typeof reportsFrom>,
  actor: Actor,
  logs: readonly LogFacts[],
): Promise<void> {
  expect(await reports.topAgents(actor, { ...EVER, limit: 100 })).toEqual(naiveAgents(logs, EVER, 100));
  const rows = await reports.averageResolution(actor, EVER);
  expect(rows.map(({ tier, tickets, averageMinutes }) => ({ tier, tickets, averageMinutes }))).toEqual(
    naiveResolution(logs, EVER).map((row) => row.counted),
  );
  const weeks = await reports.weeklyStatus(actor, { weeks: WEEKS });
  expect(weeks.map(({ week: _, ...counts }) => counts)).toEqual(naiveWeeks(logs, WEEKS, reports.time.at));
}
