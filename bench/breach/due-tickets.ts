import assert from 'node:assert/strict';
import type pg from 'pg';
import { RESOLUTION_MINUTES } from '../harness/seed-desk.ts';
import { insertTickets } from '../harness/seed-tickets.ts';

/** Deadlines that come `gapMs` after one another; 0: all in one instant. */
export interface Schedule {
  readonly count: number;
  readonly gapMs: number;
  /** How the servers are told that there are new tickets; by NOTIFY unless given. */
  readonly tell?: () => Promise<unknown>;
}

/** Due instants in milliseconds by ticket. */
export type DueTickets = ReadonlyMap<string, number>;

/** Server, hub and projection have read of the new tickets by then; the deadline timer, too. */
export const LEAD_MS = 4_000;
const LEAST_LEAD_MS = 1_000;

/**
 * Inserts tickets of VIP clients that become due by `schedule`, the first at `firstDueAt`: each escalates, which is the dearer of
 * the two actions. They were created a year before and warned long ago, so a breach is their next news. The server is told as the
 * product tells it after a commit: by the wake-up, on which the deadline timer reads the nearest deadlines anew.
 */
export async function makeDue(client: pg.Client, schedule: Schedule, firstDueAt: number): Promise<DueTickets> {
  const firstCreatedAt = firstDueAt - RESOLUTION_MINUTES * 60_000;
  const series = { firstCreatedAt, gapMs: schedule.gapMs, warned: true, tiers: ['VIP'] };
  const ids = await insertTickets(client, series, 0, schedule.count);
  await (schedule.tell ? schedule.tell() : client.query('NOTIFY techsupport_news'));
  const { rows } = await client.query<{ id: string; due: Date }>(
    'SELECT id, sla_due_at AS due FROM tickets WHERE id = ANY ($1::uuid[])',
    [ids],
  );
  const lead = firstDueAt - Date.now();
  assert(lead > LEAST_LEAD_MS, `The tickets were made too late: ${lead} ms before the first was due.`);
  return new Map(rows.map(({ id, due }) => [id, due.getTime()]));
}

/** What the database has to say afterwards: each breached at its due instant, one escalation and one event each. */
export async function checkRecorded(client: pg.Client, due: DueTickets): Promise<void> {
  const ids = [...due.keys()];
  const { rows } = await client.query<Record<'tickets' | 'breached' | 'escalations' | 'events', string>>(
    `WITH due AS MATERIALIZED (SELECT unnest($1::uuid[]) AS id)
     SELECT count(*) AS tickets,
            count(*) FILTER (WHERE status = 'ESCALATED' AND sla_breached_at = sla_due_at) AS breached,
            (SELECT count(*) FROM escalations JOIN due ON ticket_id = due.id) AS escalations,
            (SELECT count(*) FROM event_log JOIN due ON subject_id = due.id WHERE type = 'sla.breached') AS events
       FROM tickets JOIN due USING (id)`,
    [ids],
  );
  const n = String(ids.length);
  assert.deepEqual(rows[0], { tickets: n, breached: n, escalations: n, events: n }, 'What the database recorded');
}
