import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { ticketHistory } from '../../../application/live/list-alerts.ts';
import type { getTicket } from '../../../application/ticket/get-ticket.ts';
import type { listComments } from '../../../application/ticket/list-comments.ts';
import type { listTickets } from '../../../application/ticket/list-tickets.ts';
import type { LoggedEvent } from '../../../domain/event.ts';
import { type Connection, toConnection } from '../connection.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { CommentConnection, type CommentType, toComment } from './comment-type.ts';
import { TicketEventConnection, type TicketEventType, toTicketEvent } from './ticket-event-type.ts';
import { TicketFilterType, TicketOrderType, toTicketListQuery } from './ticket-inputs.ts';
import { TicketConnection, TicketType, toTicket } from './ticket-type.ts';

/** What a `TicketResolver` calls. */
export interface TicketQueries {
  readonly getTicket: ReturnType<typeof getTicket>;
  readonly listTickets: ReturnType<typeof listTickets>;
  readonly listComments: ReturnType<typeof listComments>;
  readonly ticketHistory: ReturnType<typeof ticketHistory>;
}

const NO_EVENTS: Connection<TicketEventType> = toConnection<LoggedEvent, TicketEventType>(
  { items: [], hasNextPage: false, hasPreviousPage: false, totalCount: async () => 0 },
  (event) => toTicketEvent(event, null),
);

@Resolver(() => TicketType)
export class TicketResolver {
  constructor(private readonly useCases: TicketQueries) {}

  @Query(() => TicketType, {
    nullable: true,
    description:
      'One ticket by id or by reference, exactly one of the two (else VALIDATION_FAILED); null when there is none.',
  })
  async ticket(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: string | null,
    @Arg('reference', () => String, { nullable: true, description: 'Its reference, such as "TSP-1042".' })
    reference: string | null,
  ): Promise<TicketType | null> {
    const ticket = await this.useCases.getTicket(signedIn(context), { id, reference });
    return ticket && toTicket(ticket);
  }

  @Query(() => TicketConnection, {
    description:
      'Tickets by filter and order. Go on with "after" (keyset: as fast at page 1,000 as at page 1) or by "page"; both together are VALIDATION_FAILED, and so is a cursor of another order.',
  })
  async tickets(
    @Ctx() context: GraphqlContext,
    @Arg('filter', () => TicketFilterType, {
      nullable: true,
      description: 'Which tickets; without it all that are not deleted.',
    })
    filter: TicketFilterType | null,
    @Arg('orderBy', () => TicketOrderType, { nullable: true, description: 'Without it the newest first.' })
    orderBy: TicketOrderType | null,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many at most, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'A cursor of this list and order.' }) after:
      | string
      | null,
    @Arg('page', () => Int, { nullable: true, description: 'From 1; instead of after.' }) page: number | null,
  ): Promise<Connection<TicketType>> {
    const query = toTicketListQuery({ filter, orderBy, first, after, page });
    return toConnection(await this.useCases.listTickets(signedIn(context), query), toTicket);
  }

  @FieldResolver(() => CommentConnection, { description: 'What was written on it, oldest first.' })
  async comments(
    @Root() { ticket }: TicketType,
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many at most, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'A cursor of this list.' }) after: string | null,
  ): Promise<Connection<CommentType>> {
    return toConnection(await this.useCases.listComments(signedIn(context), ticket, { first, after }), toComment);
  }

  @FieldResolver(() => TicketEventConnection, {
    description:
      'Everything that happened to it, oldest first, from the event log; of a ticket closed long ago it may be gone.',
  })
  async history(
    @Root() { ticket }: TicketType,
    @Ctx() context: GraphqlContext,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many at most, 1 to 100.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'A cursor of the event log.' }) after: string | null,
  ): Promise<Connection<TicketEventType>> {
    const history = await this.useCases.ticketHistory(signedIn(context), ticket, { first, after });
    return history ? toConnection(history, (event) => toTicketEvent(event, ticket)) : NO_EVENTS;
  }
}
