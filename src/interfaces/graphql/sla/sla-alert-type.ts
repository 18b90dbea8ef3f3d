import { Field, Int, ObjectType } from 'type-graphql';
import { toEventCursor } from '../../../application/live/event-cursor.ts';
import type { BreachAction, ClientTier } from '../../../domain/enums.ts';
import type { SlaAlert, SlaAlertKind } from '../../../domain/sla-alert.ts';
import type { Ticket } from '../../../domain/ticket.ts';
import { connectionTypes } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { BreachActionEnum, ClientTierEnum, SlaAlertKindEnum } from '../enums.ts';
import { present } from '../loaders.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';
import { TicketType, toTicket } from '../ticket/ticket-type.ts';

@ObjectType('SlaAlert', {
  implements: Node,
  simpleResolvers: true,
  description:
    'Something that supervisors have to know of a promise. The same alert has the same id however often it is delivered.',
})
export class SlaAlertType extends Node {
  readonly __typename = 'SlaAlert';

  @Field(() => String, { description: 'Its place in the event log; subscribe with it as "after" to go on from here.' })
  readonly cursor!: string;

  @Field(() => SlaAlertKindEnum, { description: 'What it tells.' })
  readonly kind!: SlaAlertKind;

  @Field(() => BreachActionEnum, {
    nullable: true,
    description: 'What the breach led to; null unless kind is BREACHED.',
  })
  readonly action!: BreachAction | null;

  @Field(() => TicketType, { description: 'The ticket as it is at delivery.' })
  readonly ticket!: TicketType | ((args: unknown, context: GraphqlContext) => Promise<TicketType>);

  @Field(() => ClientTierEnum, { description: 'The tier that the clock ran under.' })
  readonly tier!: ClientTier;

  @Field(() => Int, { description: 'The level that the ticket had reached; 0: supervisors were only notified.' })
  readonly escalationLevel!: number;

  @Field(() => DateTime, { description: 'The due instant that it speaks of.' })
  readonly dueAt!: Date;

  @Field(() => DateTime, { description: 'The true instant of what it tells; of a breach the due instant.' })
  readonly occurredAt!: Date;

  @Field(() => DateTime, { description: 'When the system noticed.' })
  readonly detectedAt!: Date;
}

export const { Connection: SlaAlertConnection } = connectionTypes(SlaAlertType, 'SlaAlert');

/** An alert as GraphQL shows it; the ticket is loaded when the caller has not got it. */
export function toSlaAlert(alert: SlaAlert, ticket: Ticket | null = null): SlaAlertType {
  const { position, ticketId, ...rest } = alert;
  return {
    __typename: 'SlaAlert',
    ...rest,
    cursor: toEventCursor(position),
    ticket: ticket
      ? toTicket(ticket)
      : async (_, { loaders }) => toTicket(present(await loaders.ticket.load(ticketId), `Ticket ${ticketId}`)),
  };
}
