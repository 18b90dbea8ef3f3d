import type { Actor } from '../../domain/actor.ts';
import { invalid } from '../../domain/domain-error.ts';
import { type Day, dayOf } from '../../domain/report/calendar.ts';
import { checkRange, cover, type ReportRange } from '../../domain/report/cover.ts';
import { type EscalatedMonth, escalatedMonthRows, monthsBetween } from '../../domain/report/reports.ts';
import { authorise } from '../authorise.ts';
import type { Clock } from '../runtime.ts';
import type { Freshen, ReportSource } from './ports.ts';

/** A century: what a person can look at, and an answer of bounded size. */
const MAX_MONTHS = 1_200;

/**
 * How many tickets created in each month were escalated: for each month rows for VIP, NORMAL and all (tier null). Without
 * `from` it begins with the first month that has tickets, without `to` it ends with the present one.
 * Throws FORBIDDEN, and VALIDATION_FAILED for a range that is none or spans more than 1,200 months.
 */
export const escalatedPerMonth =
  (deps: { readonly source: ReportSource; readonly freshen: Freshen; readonly clock: Clock }) =>
  async (actor: Actor, range: ReportRange): Promise<EscalatedMonth[]> => {
    authorise(actor, 'report.read');
    const checked = checkRange(range);
    const last = checked.to ? dayOf(new Date(checked.to.getTime() - 1)) : dayOf(deps.clock.now());
    if (checked.from) checkLength(dayOf(checked.from), last);
    await deps.freshen();
    const first = checked.from ? dayOf(checked.from) : ((await deps.source.firstMonth()) ?? last);
    if (!checked.from) checkLength(first, last);
    const totals = await deps.source.monthTotals(cover(checked, 'MONTH'));
    return escalatedMonthRows(first, last, totals);
  };

function checkLength(first: Day, last: Day): void {
  const months = monthsBetween(first, last);
  if (months <= MAX_MONTHS) return;
  throw invalid(
    'from',
    `The range spans ${months} months; ask for at most ${MAX_MONTHS} by a later "from" or an earlier "to".`,
  );
}
