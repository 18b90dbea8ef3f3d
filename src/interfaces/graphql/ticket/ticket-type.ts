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
import { SlaClockType, toSlaClock } from '../sla/sla-clock-type.ts';
import { toUser, UserType } from '../user/user-type.ts';
import { EscalationType, toEscalation } from './escalation-type.ts';

/** A field that is worked out when it is asked for. */
type Resolve<T> = (args: unknown, context: GraphqlContext) => Promise<T>;

@ObjectType('Ticket', {
  implements: Node,
  simpleResolvers: true,
  description: "A client's problem, and the promise to solve it in time.",
})
export class TicketType extends Node {
  readonly __typename = 'Ticket';
  /** The ticket itself, for fields that are resolved elsewhere; no field of the schema. */
  readonly ticket!: Ticket;

  @Field(() => Int, { description: 'Counts up from 1001; with gaps.' })
  readonly number!: number;

  @Field(() => String, { description: 'How people name it, such as "TSP-1042".' })
  readonly reference!: string;

  @Field(() => String, { description: '1 to 500 characters in one line.' })
  readonly title!: string;

  @Field(() => String, { description: 'Up to 20,000 characters.' })
  readonly description!: string;

  @Field(() => TicketStatusEnum, { description: 'Where it stands.' })
  readonly status!: TicketStatus;

  @Field(() => Int, { description: '1 urgent to 4 low. It does not change the SLA clock.' })
  readonly priority!: number;

  @Field(() => [String], { description: 'Up to 20 tags of 50 characters. They do not change the SLA clock.' })
  readonly tags!: readonly string[];

  @Field(() => ClientType, { description: 'Whose problem it is.' })
  readonly client!: Resolve<ClientType>;

  @Field(() => UserType, { nullable: true, description: 'Who works on it; null: nobody.' })
  readonly assignee!: Resolve<UserType | null>;

  @Field(() => UserType, { description: 'Who opened it.' })
  readonly createdBy!: Resolve<UserType>;

  @Field(() => Int, { description: '0, or the level that the present SLA cycle was escalated to.' })
  readonly escalationLevel!: number;

  @Field(() => [EscalationType], { description: 'Its escalations of all SLA cycles, oldest first.' })
  readonly escalations!: Resolve<EscalationType[]>;

  @Field(() => [TicketStatusEnum], { description: 'What the caller may change the status to now.' })
  readonly allowedTransitions!: (args: unknown, context: GraphqlContext) => readonly TicketStatus[];

  @Field(() => SlaClockType, { description: 'The promise and how it stands now.' })
  readonly sla!: (args: unknown, context: GraphqlContext) => SlaClockType;

  @Field(() => DateTime, { description: 'When it was opened.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { description: 'When it last changed, by people or by the system.' })
  readonly updatedAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was resolved, or closed without being resolved before.',
  })
  readonly resolvedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was closed.' })
  readonly closedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was deleted; only SUPERVISOR and ADMIN see deleted tickets.',
  })
  readonly deletedAt!: Date | null;

  @Field(() => Int, {
    description: "Rises on every change, the system's too, not on comments. Give it as expectedVersion.",
  })
  readonly version!: number;
}

export const { Connection: TicketConnection } = connectionTypes(TicketType, 'Ticket');

/** A ticket as GraphQL shows it; relations are loaded when they are asked for. */
export function toTicket(ticket: Ticket): TicketType {
  const { id, number, clientId, assigneeId, createdById, clock, ...fields } = ticket;
  return {
    __typename: 'Ticket',
    ...fields,
    id,
    ticket,
    number,
    reference: ticketReference(number),
    escalationLevel: clock.escalationLevel,
    client: async (_, { loaders }) => toClient(present(await loaders.client.load(clientId), `Client ${clientId}`)),
    assignee: async (_, { loaders }) =>
      assigneeId === null ? null : toUser(present(await loaders.user.load(assigneeId), `User ${assigneeId}`)),
    createdBy: async (_, { loaders }) => toUser(present(await loaders.user.load(createdById), `User ${createdById}`)),
    escalations: async (_, { loaders }) => (await loaders.escalations.load(id)).map(toEscalation),
    allowedTransitions: (_, { actor }) =>
      !ticket.deletedAt && may(actor, 'ticket.write', ticket) ? TRANSITIONS[ticket.status] : [],
    sla: (_, { loaders }) => toSlaClock(id, clock, loaders.now()),
  };
}
