import type pg from 'pg';
import type { Alert } from './desk-calls.ts';
import type { GraphqlCaller } from './graphql-client.ts';
import type { Feed } from './live-feed.ts';

/** What tests of the promise look at. */
export interface TicketView {
  status: string;
  escalationLevel: number;
  version: number;
  allowedTransitions: string[];
  escalations: { level: number; reason: string; escalatedAt: string; acknowledgedBy: { id: string } | null }[];
  sla: {
    state: string;
    cycle: number;
    policyVersion: number;
    startedAt: string;
    dueAt: string | null;
    atRiskAt: string | null;
    breachedAt: string | null;
    detectedAt: string | null;
    metAt: string | null;
  };
  history: { nodes: { type: string; from: string | null; to: string | null; actor: { id: string } | null }[] };
}
const VIEW = `query ($id: ID!) { ticket(id: $id) { status escalationLevel version allowedTransitions
  escalations { level reason escalatedAt acknowledgedBy { id } }
  sla { state cycle policyVersion startedAt dueAt atRiskAt breachedAt detectedAt metAt }
  history { nodes { type from to actor { id } } } } }`;

export type AlertFeed = Feed<{ slaAlerts: Alert }>;

/** A ticket as this caller sees it: its promise, its escalations, its history. */
export const viewTicket = async (by: GraphqlCaller, id: string): Promise<TicketView> =>
  (await by.ask<{ ticket: TicketView }>(VIEW, { id })).ticket;
export const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1_000);
export const nextAlert = async (feed: AlertFeed): Promise<Alert> => (await feed.next()).slaAlerts;

/** The warning counts as given, so that what comes next is the breach. */
const MAKE_DUE = `UPDATE tickets SET sla_due_at = $2, sla_next_deadline_at = $2,
  sla_at_risk_at = $2::timestamptz - interval '1 second', sla_at_risk_alerted_at = $2::timestamptz - interval '1 second'
  WHERE id = $1`;

/** Moves the clock of a ticket so that its promise is due at `at`. Its server is to be told: minutes are the API's smallest unit. */
export async function makeTicketDue(database: Pick<pg.Pool, 'query'>, ticketId: string, at: Date): Promise<void> {
  await database.query(MAKE_DUE, [ticketId, at]);
}
