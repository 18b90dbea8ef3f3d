import { type SQL, sql } from 'drizzle-orm';
import type { BucketRun, Edge } from '../../domain/report/cover.ts';
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

/** The runs as a relation r(span, since, before). */
export function runsRelation(runs: readonly BucketRun[]): SQL {
  const spans = runs.map((run) => run.span);
  const froms = runs.map((run) => run.from ?? '-infinity');
  const tos = runs.map((run) => run.to ?? 'infinity');
  return sql`unnest(${sql.param(spans)}::text[], ${sql.param(froms)}::date[], ${sql.param(tos)}::date[]) AS r(span, since, before)`;
}

/** Stretches of time as a relation e(since, before). */
export function edgesRelation(edges: readonly Edge[]): SQL {
  const froms = edges.map((edge) => edge.from.toISOString());
  const tos = edges.map((edge) => edge.to.toISOString());
  return sql`unnest(${sql.param(froms)}::timestamptz[], ${sql.param(tos)}::timestamptz[]) AS e(since, before)`;
}
