import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import type { GraphqlCaller } from './graphql-client.ts';
import type { TestServer } from './server.ts';

type Id = { readonly id: string };

export interface Alert {
  readonly id: string;
  readonly cursor: string;
  readonly kind: string;
  readonly action: string | null;
  readonly tier: ClientTier;
  readonly escalationLevel: number;
  readonly dueAt: string;
  readonly occurredAt: string;
  readonly detectedAt: string;
  readonly ticket: { readonly id: string; readonly status: TicketStatus };
}

export interface TicketEvent {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly ticketId: string;
  readonly ticket: { readonly id: string; readonly version: number } | null;
  readonly from: string | null;
  readonly to: string | null;
}

export const ALERT = `id cursor kind action tier escalationLevel dueAt occurredAt detectedAt ticket { id status }`;
export const ALERTS = `subscription ($after: String, $kinds: [SlaAlertKind!]) {
  slaAlerts(after: $after, kinds: $kinds) { ${ALERT} } }`;
export const EVENTS = `subscription ($after: String, $id: ID) {
  ticketEvents(after: $after, ticketId: $id) { id cursor type ticketId from to ticket { id version } } }`;

/** What tests do again and again as the first admin of a server. */
export function deskCalls({ admin, sql }: Pick<TestServer, 'sql'> & { readonly admin: GraphqlCaller }) {
  let made = 0;
  const id = async (query: string, variables: Record<string, unknown>): Promise<string> =>
    Object.values(await admin.ask<Record<string, Id>>(query, variables))[0]?.id ?? '';

  return {
    cursor: async (): Promise<string> => (await admin.ask<{ eventCursor: string }>('{ eventCursor }')).eventCursor,
    client(tier: ClientTier): Promise<string> {
      made += 1;
      const input = { name: `Client ${made}`, tier };
      return id('mutation ($input: CreateClientInput!) { createClient(input: $input) { id } }', { input });
    },
    ticket(clientId: string, fields: Record<string, unknown> = {}): Promise<string> {
      const input = { clientId, title: 'Printer on fire', description: 'It smokes.', ...fields };
      return id('mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }', { input });
    },
    comment: (ticketId: string, body = 'So?'): Promise<string> =>
      id('mutation ($id: ID!, $body: String!) { addComment(ticketId: $id, body: $body) { id } }', {
        id: ticketId,
        body,
      }),
    status: (ticketId: string, status: TicketStatus) =>
      id('mutation ($id: ID!, $status: TicketStatus!) { changeTicketStatus(id: $id, status: $status) { id } }', {
        id: ticketId,
        status,
      }),
    assign: (ticketId: string, to: string | null) =>
      id('mutation ($id: ID!, $to: ID) { assignTicket(id: $id, assigneeId: $to) { id } }', { id: ticketId, to }),
    remove: (ticketId: string) => id('mutation ($id: ID!) { deleteTicket(id: $id) { id } }', { id: ticketId }),
    restore: (ticketId: string) => id('mutation ($id: ID!) { restoreTicket(id: $id) { id } }', { id: ticketId }),
    /** Ids of the events about tickets after a position, as they stand in the log. */
    async logged(after: number): Promise<string[]> {
      const rows = await sql<Id>(
        `SELECT id FROM event_log WHERE position > $1 AND (type LIKE 'ticket.%' OR type LIKE 'sla.%') ORDER BY position`,
        [after],
      );
      return rows.map((row) => row.id);
    },
    head: async (): Promise<number> =>
      Number((await sql<{ head: string }>('SELECT coalesce(max(position), 0) AS head FROM event_log'))[0]?.head),
  };
}

export type DeskCalls = ReturnType<typeof deskCalls>;
