import { type SQL, sql } from 'drizzle-orm';
import type { BucketRun, Cover, Edge } from '../../domain/report/cover.ts';
import { SKETCH_BOUNDS } from '../../domain/report/sketch.ts';

const BOUNDS = `{${SKETCH_BOUNDS.join(',')}}`;

/** How long it took, in ms; columns of ticket_logs. Whole, because both instants are. */
export const RESOLUTION_MS = sql`(extract(epoch FROM resolved_at - created_at) * 1000)::bigint`;

/** The logs that count as resolved. */
export const IS_DONE = sql`status IN ('RESOLVED', 'CLOSED')`;

/** The sketch's bucket of a duration in ms: the same comparison with the same bounds as sketchIndex. */
export function sketchBucket(ms: SQL): SQL {
  return sql`width_bucket(greatest(${ms}, 0), ${BOUNDS}::bigint[])`;
}

/** A date or the UTC day of a timestamp without time zone, as text that no session setting changes. */
export function dayText(value: SQL): SQL {
  return sql`to_char(${value}, 'YYYY-MM-DD')`;
}

/**
 * One SELECT for each run of buckets and each edge of the logs, as one statement. Each names its bounds: the planner does not
 * know what a joined list of bounds holds, and would read whole tables.
 */
export function eachOf(
  covered: Cover,
  ofRun: (within: SQL) => SQL,
  ofEdge: (within: (column: SQL) => SQL, edge: Edge) => SQL,
): SQL {
  const selects = [
    ...covered.runs.map((run) => ofRun(withinRun(run))),
    ...covered.edges.map((edge) => ofEdge((column) => between(column, edge), edge)),
  ];
  return sql.join(selects, sql` UNION ALL `);
}

/** Whether the instant in `column` lies in a stretch. */
export function between(column: SQL, { from, to }: Edge): SQL {
  return sql`${column} >= ${from.toISOString()}::timestamptz AND ${column} < ${to.toISOString()}::timestamptz`;
}

function withinRun({ span, from, to }: BucketRun): SQL {
  const since = from === null ? sql`` : sql` AND start >= ${from}::date`;
  const before = to === null ? sql`` : sql` AND start < ${to}::date`;
  return sql`span = ${span}${since}${before}`;
}
