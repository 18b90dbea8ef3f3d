import { ask } from '../api/client.ts';
import {
  AcknowledgeDocument,
  AssignDocument,
  ChangeStatusDocument,
  CommentDocument,
  DeleteDocument,
  EditDocument,
  RestoreDocument,
} from './documents.generated.ts';
import type { Ticket, TicketChange, TicketComment } from './ticket-model.ts';

/** What can be done to a ticket; each throws ApiError. */
export const ticketCommands = {
  /** One mutation, by what is to be changed; CONFLICT when the ticket is past `expectedVersion`. */
  async change(id: string, change: TicketChange, expectedVersion: number): Promise<Ticket> {
    const { status, assignee, ...fields } = change;
    if (status !== undefined)
      return (await ask(ChangeStatusDocument, { id, status, expectedVersion })).changeTicketStatus;
    if (assignee !== undefined) {
      const variables = { id, assigneeId: assignee?.id ?? null, expectedVersion };
      return (await ask(AssignDocument, variables)).assignTicket;
    }
    return (await ask(EditDocument, { input: { id, expectedVersion, ...fields } })).updateTicket;
  },
  async comment(ticketId: string, body: string, internal: boolean): Promise<TicketComment> {
    return (await ask(CommentDocument, { ticketId, body, internal })).addComment;
  },
  async acknowledge(ticketId: string): Promise<Ticket> {
    return (await ask(AcknowledgeDocument, { ticketId })).acknowledgeEscalation;
  },
  async remove(id: string): Promise<Ticket> {
    return (await ask(DeleteDocument, { id })).deleteTicket;
  },
  async restore(id: string): Promise<Ticket> {
    return (await ask(RestoreDocument, { id })).restoreTicket;
  },
};
