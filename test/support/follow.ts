import { ALERTS, type Alert, EVENTS, type TicketEvent } from './desk-calls.ts';
import type { GraphqlCaller } from './graphql-client.ts';

/** The SLA alerts after a cursor as this caller hears them; of every kind unless some are named. */
export const followAlerts = (by: GraphqlCaller, after: string | null, kinds: readonly string[] | null = null) =>
  by.subscribe<{ slaAlerts: Alert }>(ALERTS, { after, kinds });

/** The ticket events after a cursor as this caller hears them; of every ticket unless one is named. */
export const followEvents = (by: GraphqlCaller, after: string | null, id: string | null = null) =>
  by.subscribe<{ ticketEvents: TicketEvent }>(EVENTS, { after, id });
