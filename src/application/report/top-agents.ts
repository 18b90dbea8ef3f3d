import type { Actor } from '../../domain/actor.ts';
import { checkRange, cover, type ReportRange } from '../../domain/report/cover.ts';
import { type AgentPerformance, agentRow } from '../../domain/report/reports.ts';
import { authorise } from '../authorise.ts';
import { checkFirst } from '../page.ts';
import type { Freshen, ReportSource } from './ports.ts';

/**
 * The agents who resolved or closed most tickets in the range (`limit`: 1-100), most first, then by name.
 * Throws FORBIDDEN, and VALIDATION_FAILED for a limit or a range that is none.
 */
export const topAgents =
  (deps: { readonly source: ReportSource; readonly freshen: Freshen }) =>
  async (actor: Actor, input: ReportRange & { readonly limit: number }): Promise<AgentPerformance[]> => {
    authorise(actor, 'report.read');
    const limit = checkFirst(input.limit, 100, 'limit');
    const covered = cover(checkRange(input));
    await deps.freshen();
    return (await deps.source.topAgents(covered, limit)).map(agentRow);
  };
