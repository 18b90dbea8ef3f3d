import type pg from 'pg';

/** Tickets created one after the other, with running clocks. */
export interface TicketSeries {
  /** When the first was created, in milliseconds. */
  readonly firstCreatedAt: number;
  /** Between one ticket and the next. */
  readonly gapMs: number;
  /** Whether its at-risk alert is behind it: the next deadline is then the due instant. */
  readonly warned: boolean;
  readonly tiers: readonly string[];
}

const THINGS = [
  'VPN', 'Outlook', 'The invoice export', 'Single sign-on', 'The label printer', 'The customer portal', 'Payroll report',
  'The webshop', 'Wi-Fi on the third floor', 'The nightly backup', 'Two-factor login', 'Shared calendar', 'The booking API',
]; // biome-ignore format: a list of words
const PROBLEMS = [
  'does not start', 'is very slow', 'shows error 0x80070005', 'stopped after the update', 'loses its connection',
  'sends everything twice', 'shows the data of yesterday', 'is missing half of the rows', 'times out', 'returns 502 Bad Gateway',
]; // biome-ignore format: a list of words
const REMARKS = [
  'Since this morning, for everyone at the office in Zürich.', 'Only with one user, and only in the browser.',
  'It worked last week. Nothing was changed on our side.', 'The colleagues cannot work; please call back before noon.',
]; // biome-ignore format: a list of words
const TAGS = ['mail', 'network', 'billing', 'login', 'printing', 'mobile', 'backup'];

/**
 * Inserts the tickets `from` (inclusive) to `to` of the series, written as the product writes them, with their events: created,
 * taken into work by four in ten, and the at-risk alert of those that were warned. Returns their ids in the order of the series.
 */
export async function insertTickets(
  client: pg.Client,
  series: TicketSeries,
  from: number,
  to: number,
): Promise<string[]> {
  await client.query('BEGIN');
  const { rows } = await client.query<{ id: string }>(INSERT_TICKETS, [
    from,
    to - 1,
    new Date(series.firstCreatedAt),
    series.gapMs,
    series.warned,
    series.tiers,
    THINGS,
    PROBLEMS,
    REMARKS,
    TAGS,
  ]);
  const ids = rows.map(({ id }) => id);
  await client.query(INSERT_EVENTS, [ids]);
  await client.query('COMMIT');
  return ids;
}

/** Which of some values a ticket gets: scattered, but the same each time. */
const pick = (list: string, salt: number) =>
  `(${list})[1 + (hashint4extended(i, ${salt}) & 2147483647) % cardinality(${list})]`;
const oneIn = (n: number, salt: number) => `(hashint4extended(i, ${salt}) & 2147483647) % ${n} = 0`;

const INSERT_TICKETS = `
  WITH policy AS (
    SELECT DISTINCT ON (tier) tier, version, resolution_minutes * interval '1 minute' AS target, at_risk_percent / 100.0 AS risk
      FROM sla_policies ORDER BY tier, version DESC
  ), desk AS MATERIALIZED (
    SELECT (SELECT array_agg(id ORDER BY id) FROM clients WHERE tier = ANY ($6::text[])) AS clients,
           (SELECT array_agg(id ORDER BY id) FROM users WHERE role = 'AGENT') AS agents,
           (SELECT min(id::text)::uuid FROM users WHERE role = 'ADMIN') AS admin
  )
  INSERT INTO tickets (id, title, description, status, priority, tags, client_id, assignee_id, created_by_id, created_from,
                       escalation_level, created_at, updated_at, version, sla_tier, sla_policy_version, sla_cycle, sla_state,
                       sla_started_at, sla_due_at, sla_at_risk_at, sla_at_risk_alerted_at, sla_intervals, sla_next_deadline_at)
  SELECT uuidv7(at - clock_timestamp()),
         ${pick('$7::text[]', 1)} || ' ' || ${pick('$8::text[]', 2)},
         ${pick('$9::text[]', 3)} || ' Order ' || 100000 + (hashint4extended(i, 4) & 2147483647) % 900000 || '.',
         CASE WHEN busy THEN 'IN_PROGRESS' ELSE 'OPEN' END, 1 + (hashint4extended(i, 5) & 3),
         CASE WHEN ${oneIn(3, 6)} THEN ARRAY[]::text[] ELSE ARRAY[${pick('$10::text[]', 7)}] END,
         c.id, CASE WHEN busy OR ${oneIn(2, 8)} THEN ${pick('desk.agents', 9)} END, desk.admin,
         encode(sha256(i::text::bytea), 'base64'), 0, at, at, CASE WHEN busy THEN 2 ELSE 1 END,
         c.tier, p.version, 1, 'RUNNING', at, at + target, risk_at, CASE WHEN $5 THEN risk_at END,
         jsonb_build_array(jsonb_build_object('state', 'RUNNING', 'from', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                                              'to', NULL, 'reason', 'The ticket was created.')),
         CASE WHEN $5 THEN at + target ELSE risk_at END
    FROM generate_series($1::int, $2::int) AS i
   CROSS JOIN desk
    JOIN clients c ON c.id = ${pick('desk.clients', 10)}
    JOIN policy p ON p.tier = c.tier
   CROSS JOIN LATERAL (SELECT date_trunc('milliseconds', $3::timestamptz + i * $4::float8 * interval '1 millisecond') AS at,
                              (hashint4extended(i, 11) & 2147483647) % 10 < 4 AS busy) AS drawn
   CROSS JOIN LATERAL (SELECT date_trunc('milliseconds', at + target * risk) AS risk_at) AS risk
   ORDER BY i
  RETURNING id`;

const INSERT_EVENTS = `
  INSERT INTO event_log (id, type, subject_id, actor_id, "from", "to", occurred_at, data)
  SELECT uuidv7(e.at - clock_timestamp()), e.type, t.id, e.actor, e."from", e."to", e.at, e.data
    FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
    JOIN tickets t USING (id)
   CROSS JOIN LATERAL (VALUES
     (1, 'ticket.created', t.created_by_id, NULL, 'OPEN', t.created_at, NULL),
     (2, 'ticket.status_changed', t.created_by_id, 'OPEN', t.status, t.created_at, NULL),
     (3, 'sla.at_risk', NULL, NULL, NULL, t.sla_at_risk_alerted_at, jsonb_build_object(
        'tier', t.sla_tier, 'action', NULL, 'escalationLevel', 0, 'dueAt', t.sla_due_at, 'detectedAt', t.sla_at_risk_alerted_at,
        'cycle', 1))
   ) AS e (step, type, actor, "from", "to", at, data)
   WHERE step = 1 OR (step = 2 AND t.status = 'IN_PROGRESS') OR (step = 3 AND t.sla_at_risk_alerted_at IS NOT NULL)
   ORDER BY wanted.place, step`;
