import assert from 'node:assert/strict';
import type pg from 'pg';
import type { Api } from '../../test/smoke/api.ts';

/** A report as it is asked of the product, and as it is counted from the raw logs by one statement. */
export interface Question {
  readonly name: string;
  /** What stands in `{ reports { ... } }`. */
  readonly field: string;
  readonly sql: string;
  readonly values: readonly unknown[];
  /** Compares what the product answers with the rows of the statement. */
  check(answer: Answer, rows: readonly Answer[number][]): void;
}

type Answer = readonly Readonly<Record<string, unknown>>[];

const WEEKS = 12;
const AGENTS = 10;
/** What median and p90 may be off by: the sketches' bound. */
const QUANTILE_ERROR = 0.01;
/** Of an average that was summed up in another order. */
const ROUNDING = 1e-9;

const DONE = `status IN ('RESOLVED', 'CLOSED')`;
const MINUTES = '(extract(epoch FROM resolved_at - created_at) / 60)::float8';

/** The reports of the contract without arguments, and one over a range whose ends lie anywhere. */
export function questionsOf(end: Date): Question[] {
  const from = new Date(end.getTime() - 400 * 86_400_000 + 34_567_891);
  const to = new Date(end.getTime() - 20 * 86_400_000 + 45_678_912);
  const range = `(from: "${from.toISOString()}", to: "${to.toISOString()}")`;
  return [
    {
      ...RESOLUTION,
      name: 'averageResolution',
      field: `averageResolution ${TIMES}`,
      sql: resolutionSql('true'),
      values: [],
    },
    {
      ...RESOLUTION,
      name: 'averageResolution from and to any instant',
      field: `averageResolution${range} ${TIMES}`,
      sql: resolutionSql('resolved_at >= $1 AND resolved_at < $2'),
      values: [from, to],
    },
    {
      name: 'escalatedPerMonth',
      field: 'escalatedPerMonth { month tier escalated total }',
      sql: `SELECT to_char(date_trunc('month', created_at AT TIME ZONE 'UTC'), 'YYYY-MM') AS month, client_type AS tier,
                   count(*) FILTER (WHERE escalation_level > 0)::int AS escalated, count(*)::int AS total
              FROM ticket_logs GROUP BY GROUPING SETS ((1, 2), (1)) ORDER BY 1, client_type = 'VIP' DESC NULLS LAST`,
      values: [],
      // A month in which nothing was created is told as well.
      check: (answer, rows) =>
        assert.deepEqual(
          answer.filter(({ total }) => total !== 0),
          rows,
        ),
    },
    {
      name: 'topAgents',
      field: `topAgents(limit: ${AGENTS}) { agent resolved averageMinutes breached slaMetPercent }`,
      sql: `SELECT agent, count(*)::int AS resolved, avg(${MINUTES}) AS "averageMinutes", count(*) FILTER (WHERE breached)::int AS breached,
                   100.0::float8 * count(*) FILTER (WHERE NOT breached) / count(*) AS "slaMetPercent"
              FROM ticket_logs WHERE ${DONE} AND agent IS NOT NULL GROUP BY agent ORDER BY 2 DESC, agent COLLATE "C" LIMIT ${AGENTS}`,
      values: [],
      check: (answer, rows) => checkEach(answer, rows, { averageMinutes: ROUNDING, slaMetPercent: ROUNDING }),
    },
    {
      name: 'weeklyStatus',
      field: `weeklyStatus(weeks: ${WEEKS}) { week opened resolved closed escalated breached backlog }`,
      sql: WEEKLY,
      values: [],
      check: (answer, rows) => assert.deepEqual(answer, rows),
    },
  ];
}

const TIMES = '{ tier tickets averageMinutes medianMinutes p90Minutes }';

const RESOLUTION = {
  check: (answer: Answer, rows: Answer) =>
    checkEach(answer, rows, { averageMinutes: ROUNDING, medianMinutes: QUANTILE_ERROR, p90Minutes: QUANTILE_ERROR }),
};

const resolutionSql = (within: string) => `
  SELECT client_type AS tier, count(*)::int AS tickets, avg(${MINUTES}) AS "averageMinutes",
         percentile_disc(0.5) WITHIN GROUP (ORDER BY ${MINUTES}) AS "medianMinutes",
         percentile_disc(0.9) WITHIN GROUP (ORDER BY ${MINUTES}) AS "p90Minutes"
    FROM ticket_logs WHERE ${DONE} AND ${within}
   GROUP BY GROUPING SETS ((1), ()) ORDER BY client_type = 'VIP' DESC NULLS LAST`;

/** One pass for each instant of a log; the backlog is what was opened and not ended up to the end of a week. */
const WEEKLY = `
  WITH facts AS (
    SELECT date_trunc('week', created_at AT TIME ZONE 'UTC') AS week, count(*) AS opened, 0 AS resolved, 0 AS closed, 0 AS escalated, 0 AS breached
      FROM ticket_logs GROUP BY 1
    UNION ALL
    SELECT date_trunc('week', resolved_at AT TIME ZONE 'UTC'), 0, count(*) FILTER (WHERE status = 'RESOLVED'), count(*) FILTER (WHERE status = 'CLOSED'), 0, 0
      FROM ticket_logs WHERE resolved_at IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT date_trunc('week', escalated_at AT TIME ZONE 'UTC'), 0, 0, 0, count(*), 0 FROM ticket_logs WHERE escalated_at IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT date_trunc('week', breached_at AT TIME ZONE 'UTC'), 0, 0, 0, 0, count(*) FROM ticket_logs WHERE breached_at IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT date_trunc('week', now() AT TIME ZONE 'UTC'), 0, 0, 0, 0, 0),
  weeks AS (
    SELECT week, sum(opened)::int AS opened, sum(resolved)::int AS resolved, sum(closed)::int AS closed, sum(escalated)::int AS escalated,
           sum(breached)::int AS breached, sum(sum(opened) - sum(resolved) - sum(closed)) OVER (ORDER BY week)::int AS backlog
      FROM facts GROUP BY week)
  SELECT to_char(week, 'IYYY-"W"IW') AS week, opened, resolved, closed, escalated, breached, backlog
    FROM (SELECT * FROM weeks ORDER BY week DESC LIMIT ${WEEKS}) AS last ORDER BY week`;

/** Equal, but for the numbers that may be off by a share. */
function checkEach(answer: Answer, rows: Answer, tolerance: Readonly<Record<string, number>>): void {
  const rest = (of: Answer) =>
    of.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => tolerance[key] === undefined)));
  assert.deepEqual(rest(answer), rest(rows));
  for (const [key, share] of Object.entries(tolerance)) {
    for (const [index, row] of rows.entries()) {
      const [told, counted] = [Number(answer[index]?.[key]), Number(row[key])];
      assert(Math.abs(told - counted) <= Math.abs(counted) * share, `${key}: ${told}, counted ${counted}`);
    }
  }
}

/** The answer of the product. */
export async function ask(api: Api, { field }: Question): Promise<Answer> {
  const { reports } = await api.run<{ reports: Readonly<Record<string, Answer>> }>(`{ reports { ${field} } }`);
  return Object.values(reports)[0] ?? [];
}

export async function count(client: pg.Client, { sql, values }: Question): Promise<Answer> {
  return (await client.query(sql, [...values])).rows;
}
