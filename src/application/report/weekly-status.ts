import type { Actor } from '../../domain/actor.ts';
import { addDays, dayOf, weekStart } from '../../domain/report/calendar.ts';
import { type WeekStatus, weekRows } from '../../domain/report/reports.ts';
import { authorise } from '../authorise.ts';
import { checkFirst } from '../page.ts';
import type { Clock } from '../runtime.ts';
import type { Freshen, ReportSource } from './ports.ts';

/**
 * The last `weeks` ISO weeks (1-260), the present one among them, oldest first, empty ones with zeros.
 * Throws FORBIDDEN, and VALIDATION_FAILED for a number of weeks that is none.
 */
export const weeklyStatus =
  (deps: { readonly source: ReportSource; readonly freshen: Freshen; readonly clock: Clock }) =>
  async (actor: Actor, input: { readonly weeks: number }): Promise<WeekStatus[]> => {
    authorise(actor, 'report.read');
    const weeks = checkFirst(input.weeks, 260, 'weeks');
    const end = addDays(weekStart(dayOf(deps.clock.now())), 7);
    const first = addDays(end, -7 * weeks);
    await deps.freshen();
    const { openBefore, weeks: totals } = await deps.source.weekTotals(first, end);
    return weekRows(first, weeks, openBefore, totals);
  };
