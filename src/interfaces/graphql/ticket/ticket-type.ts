import { Field, Int, ObjectType } from 'type-graphql';
import { may } from '../../../domain/access.ts';
import type { TicketStatus } from '../../../domain/enums.ts';
import { type Ticket, ticketReference } from '../../../domain/ticket.ts';
import { TRANSITIONS } from '../../../domain/ticket-status.ts';
import { ClientType, toClient } from '../client/client-type.ts';
import { connectionTypes } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { TicketStatusEnum } from '../enums.ts';
import { present } from '../loaders.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';
import { SlaClockType } from '../sla/sla-clock-type.ts';
import { toUser, UserType } from '../user/user-type.ts';
import { EscalationType, toEscalation } from './escalation-type.ts';

@ObjectType('Ticket', {
  implements: Node,
  simpleResolvers: true,
  description: "A client's problem, and the promise to solve it in time.",
})
export class TicketType extends Node {
  readonly __typename = 'Ticket';
  override readonly id: string;
  /** The ticket itself, for fields that are resolved elsewhere; no field of the schema. */
  readonly ticket: Ticket;

  constructor(ticket: Ticket) {
    super();
    this.id = ticket.id;
    this.ticket = ticket;
  }

  @Field(() => Int, { description: 'Counts up from 1001; with gaps.' })
  get number(): number {
    return this.ticket.number;
  }

  @Field(() => String, { description: 'How people name it, such as "TSP-1042".' })
  get reference(): string {
    return ticketReference(this.ticket.number);
  }

  @Field(() => String, { description: '1 to 500 characters in one line.' })
  get title(): string {
    return this.ticket.title;
  }

  @Field(() => String, { description: 'Up to 20,000 characters.' })
  get description(): string {
    return this.ticket.description;
  }

  @Field(() => TicketStatusEnum, { description: 'Where it stands.' })
  get status(): TicketStatus {
    return this.ticket.status;
  }

  @Field(() => Int, { description: '1 urgent to 4 low. It does not change the SLA clock.' })
  get priority(): number {
    return this.ticket.priority;
  }

  @Field(() => [String], { description: 'Up to 20 tags of 50 characters. They do not change the SLA clock.' })
  get tags(): readonly string[] {
    return this.ticket.tags;
  }

  @Field(() => ClientType, { description: 'Whose problem it is.' })
  get client() {
    const { clientId } = this.ticket;
    return async (_: unknown, { loaders }: GraphqlContext): Promise<ClientType> =>
      toClient(present(await loaders.client.load(clientId), `Client ${clientId}`));
  }

  @Field(() => UserType, { nullable: true, description: 'Who works on it; null: nobody.' })
  get assignee() {
    const { assigneeId } = this.ticket;
    return async (_: unknown, { loaders }: GraphqlContext): Promise<UserType | null> =>
      assigneeId === null ? null : toUser(present(await loaders.user.load(assigneeId), `User ${assigneeId}`));
  }

  @Field(() => UserType, { description: 'Who opened it.' })
  get createdBy() {
    const { createdById } = this.ticket;
    return async (_: unknown, { loaders }: GraphqlContext): Promise<UserType> =>
      toUser(present(await loaders.user.load(createdById), `User ${createdById}`));
  }

  @Field(() => Int, { description: '0, or the level that the present SLA cycle was escalated to.' })
  get escalationLevel(): number {
    return this.ticket.escalationLevel;
  }

  @Field(() => [EscalationType], { description: 'Its escalations of all SLA cycles, oldest first.' })
  get escalations() {
    return async (_: unknown, { loaders }: GraphqlContext): Promise<EscalationType[]> =>
      (await loaders.escalations.load(this.id)).map(toEscalation);
  }

  @Field(() => [TicketStatusEnum], { description: 'What the caller may change the status to now.' })
  get allowedTransitions() {
    return (_: unknown, { actor }: GraphqlContext): readonly TicketStatus[] =>
      !this.ticket.deletedAt && may(actor, 'ticket.write', this.ticket) ? TRANSITIONS[this.ticket.status] : [];
  }

  @Field(() => SlaClockType, { description: 'The promise and how it stands now.' })
  get sla() {
    return (_: unknown, { loaders }: GraphqlContext): SlaClockType =>
      new SlaClockType(this.ticket.clock, loaders.now());
  }

  @Field(() => DateTime, { description: 'When it was opened.' })
  get createdAt(): Date {
    return this.ticket.createdAt;
  }

  @Field(() => DateTime, { description: 'When it last changed, by people or by the system.' })
  get updatedAt(): Date {
    return this.ticket.updatedAt;
  }

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was resolved, or closed without being resolved before.',
  })
  get resolvedAt(): Date | null {
    return this.ticket.resolvedAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When it was closed.' })
  get closedAt(): Date | null {
    return this.ticket.closedAt;
  }

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was deleted; only SUPERVISOR and ADMIN see deleted tickets.',
  })
  get deletedAt(): Date | null {
    return this.ticket.deletedAt;
  }

  @Field(() => Int, {
    description: "Rises on every change, the system's too, not on comments. Give it as expectedVersion.",
  })
  get version(): number {
    return this.ticket.version;
  }
}

export const { Connection: TicketConnection } = connectionTypes(TicketType, 'Ticket');

/** A ticket as GraphQL shows it. */
export function toTicketView(ticket: Ticket): TicketType {
  return new TicketType(ticket);
}
