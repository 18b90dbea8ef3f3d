import type { ClientTier } from '../../src/domain/enums.ts';
import type { TestDesk } from './desk.ts';

export interface TicketRow {
  readonly id: string;
  readonly number: number;
  readonly tier: ClientTier;
  readonly startedAt: Date;
}

export interface TicketSeries {
  readonly count: number;
  /** When the first one was created; the others `gapMs` after one another. */
  readonly from: Date;
  readonly gapMs: number;
  /** Over and over. */
  readonly tiers: readonly ClientTier[];
}

/** Inserts open tickets as createTicket would have made them under the policies in force, with their events. Returns them in order. */
export async function insertTickets(desk: TestDesk, { count, from, gapMs, tiers }: TicketSeries): Promise<TicketRow[]> {
  const [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];
  const { rows } = await desk.db.pool.query<TicketRow>(INSERT_TICKETS, [
    count,
    from,
    gapMs,
    vip.id,
    normal.id,
    desk.admin.id,
    tiers,
  ]);
  await desk.db.pool.query(INSERT_EVENTS, [rows.map(({ id }) => id), desk.admin.id]);
  await desk.db.pool.query('ANALYZE tickets');
  return rows.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
}

const INSERT_TICKETS = `
  INSERT INTO tickets (id, title, description, status, priority, tags, client_id, created_by_id, created_from, escalation_level,
    created_at, updated_at, version, sla_tier, sla_policy_version, sla_cycle, sla_state, sla_started_at, sla_due_at, sla_at_risk_at,
    sla_intervals, sla_next_deadline_at)
  SELECT gen_random_uuid(), 'Printer ' || i, 'It shows error ' || 100000 + (i * 7919) % 900000 || ' since this morning.', 'OPEN',
         1 + i % 4, ARRAY['print'], CASE p.tier WHEN 'VIP' THEN $4::uuid ELSE $5::uuid END, $6, i::text, 0, at, at, 1, p.tier, p.version,
         1, 'RUNNING', at, at + target, at + target * p.at_risk_percent / 100,
         jsonb_build_array(jsonb_build_object('state', 'RUNNING', 'to', NULL, 'reason', 'The ticket was created.',
           'from', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
         at + target * p.at_risk_percent / 100
    FROM generate_series(0, $1::int - 1) i
    JOIN (SELECT DISTINCT ON (tier) *, resolution_minutes * interval '1 min' AS target FROM sla_policies ORDER BY tier, version DESC) p
      ON p.tier = ($7::text[])[1 + i % cardinality($7::text[])],
    LATERAL (SELECT $2::timestamptz + i * $3::float8 * interval '1 ms' AS at) started
   ORDER BY i
  RETURNING id, number, sla_tier AS tier, sla_started_at AS "startedAt"`;

const INSERT_EVENTS = `
  INSERT INTO event_log (id, type, subject_id, actor_id, "to", occurred_at, data)
  SELECT gen_random_uuid(), 'ticket.created', id, $2, 'OPEN', created_at,
         jsonb_build_object('tier', sla_tier, 'policyVersion', sla_policy_version)
    FROM tickets WHERE id = ANY ($1::uuid[]) ORDER BY created_at`;
