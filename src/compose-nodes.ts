import type { DeadLetterStore, ImportStore } from './application/import/ports.ts';
import { visible } from './application/ticket/find-ticket.ts';
import type { Desk } from './compose-desk.ts';
import type { People } from './compose-people.ts';
import type { AuditLog } from './compose-trail.ts';
import { may } from './domain/access.ts';
import type { Actor } from './domain/actor.ts';
import { toAlert } from './domain/sla-alert.ts';
import type { Ticket } from './domain/ticket.ts';
import { toClient } from './interfaces/graphql/client/client-type.ts';
import { toDeadLetterType } from './interfaces/graphql/import/dead-letter-type.ts';
import { toImportProcess } from './interfaces/graphql/import/import-process-type.ts';
import type { FindNode } from './interfaces/graphql/node-resolver.ts';
import { toSlaAlert } from './interfaces/graphql/sla/sla-alert-type.ts';
import { toComment } from './interfaces/graphql/ticket/comment-type.ts';
import { toEscalation } from './interfaces/graphql/ticket/escalation-type.ts';
import { toTicket } from './interfaces/graphql/ticket/ticket-type.ts';
import { toAuditEntry } from './interfaces/graphql/trail/audit-entry-type.ts';
import { toUser } from './interfaces/graphql/user/user-type.ts';

export interface NodeParts {
  readonly desk: Desk;
  readonly people: People;
  readonly imports: Pick<ImportStore, 'find'>;
  readonly deadLetters: Pick<DeadLetterStore, 'find'>;
  readonly auditLog: Pick<AuditLog, 'getAuditEntry'>;
  readonly now: () => Date;
}

/** How `node(id)` finds each type; what hangs on a ticket is seen by whoever may see the ticket. */
export function composeNodes({ desk, people, imports, deadLetters, auditLog, now }: NodeParts): FindNode[] {
  const { tickets, comments, log } = desk.stores;
  const ticketFor = async (actor: Actor, id: string): Promise<Ticket | null> =>
    visible(actor, (await tickets.byIds([id]))[0] ?? null);
  const managesImports = (actor: Actor) => may(actor, 'import.manage');
  return [
    async (actor, id) => {
      const ticket = await ticketFor(actor, id);
      return ticket && toTicket(ticket);
    },
    async (actor, id) => {
      const user = await people.readUser(actor, id);
      return user ? toUser(user) : null;
    },
    async (actor, id) => {
      const client = await desk.clients.getClient(actor, id);
      return client && toClient(client);
    },
    async (actor, id) => {
      const comment = await comments.byId(id);
      return comment && (await ticketFor(actor, comment.ticketId)) ? toComment(comment) : null;
    },
    async (actor, id) => {
      const escalation = await tickets.escalation(id);
      return escalation && (await ticketFor(actor, escalation.ticketId)) ? toEscalation(escalation) : null;
    },
    async (actor, id) => {
      const event = await log.byId(id);
      const alert = event && toAlert(event);
      const ticket = alert && (await ticketFor(actor, alert.ticketId));
      return alert && ticket && may(actor, 'sla.alerts', ticket) ? toSlaAlert(alert, ticket) : null;
    },
    async (actor, id) => {
      const process = managesImports(actor) ? await imports.find(id) : null;
      return process && toImportProcess(process, now());
    },
    async (actor, id) => {
      const letter = managesImports(actor) ? await deadLetters.find(id) : null;
      return letter && toDeadLetterType(letter);
    },
    async (actor, id) => {
      const entry = await auditLog.getAuditEntry(actor, id);
      return entry && toAuditEntry(entry);
    },
  ];
}
