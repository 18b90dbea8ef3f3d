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
