import type { Actor } from '../../domain/actor.ts';
import { checkRange, cover, type ReportRange } from '../../domain/report/cover.ts';
import { type AverageResolution, averageResolutionRows } from '../../domain/report/reports.ts';
import { authorise } from '../authorise.ts';
import type { Freshen, ReportSource } from './ports.ts';

/**
 * How long the tickets took that were resolved or closed in the range: rows for VIP, NORMAL and all (tier null), with zeros
 * when there are none. Throws FORBIDDEN, and VALIDATION_FAILED for a range that is none.
 */
export const averageResolution =
  (deps: { readonly source: ReportSource; readonly freshen: Freshen }) =>
  async (actor: Actor, range: ReportRange): Promise<AverageResolution[]> => {
    authorise(actor, 'report.read');
    const covered = cover(checkRange(range));
    await deps.freshen();
    return averageResolutionRows(await deps.source.resolutionTotals(covered));
  };
