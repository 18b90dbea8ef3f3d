import { Field, ID, ObjectType } from 'type-graphql';
import { toEventCursor } from '../../../application/live/event-cursor.ts';
import type { LoggedEvent } from '../../../domain/event.ts';
import type { Ticket } from '../../../domain/ticket.ts';
import { connectionTypes } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';
import { TicketType, toTicket } from './ticket-type.ts';

@ObjectType('TicketEvent', {
  simpleResolvers: true,
  description: 'One row of the append-only event log that is about a ticket.',
})
export class TicketEventType {
  @Field(() => ID, { description: 'The same event has the same id however often it is delivered.' })
  readonly id!: string;

  @Field(() => String, { description: 'Its place in the log; subscribe with it as "after" to go on from here.' })
  readonly cursor!: string;

  @Field(() => String, {
    description:
      'ticket.created, .updated, .status_changed, .assigned, .commented, .deleted, .restored; sla.at_risk, .breached, .escalated, .acknowledged, .policy_changed, .tier_changed.',
  })
  readonly type!: string;

  @Field(() => ID, { description: 'The ticket that it is about.' })
  readonly ticketId!: string | null;

  @Field(() => TicketType, {
    nullable: true,
    description: 'The ticket as it is at delivery; null when the caller may not know of it any more.',
  })
  readonly ticket!: TicketType | null;

  @Field(() => UserType, { nullable: true, description: 'Who did it; null: the system.' })
  readonly actor!: (args: unknown, context: GraphqlContext) => Promise<UserType | null>;

  @Field(() => String, {
    nullable: true,
    description:
      "What was before: the status, the assignee's id, the policy version, the tier, or the changed fields as JSON.",
  })
  readonly from!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What is now, in the same form; of a comment: internal or public.',
  })
  readonly to!: string | null;

  @Field(() => DateTime, { description: 'When it happened; of a breach the due instant, not its detection.' })
  readonly occurredAt!: Date;
}

export const { Connection: TicketEventConnection } = connectionTypes(TicketEventType, 'TicketEvent');

/** An event as GraphQL shows it, with the ticket that the caller may see. */
export function toTicketEvent(event: LoggedEvent, ticket: Ticket | null): TicketEventType {
  const { id, type, subjectId, actorId, from, to, occurredAt, position } = event;
  return {
    id,
    cursor: toEventCursor(position),
    type,
    ticketId: subjectId,
    ticket: ticket && toTicket(ticket),
    from,
    to,
    occurredAt,
    actor: async (_, { loaders }) => {
      const user = actorId && (await loaders.user.load(actorId));
      return user ? toUser(user) : null;
    },
  };
}
