import { Arg, Ctx, ID, Int, Mutation, Resolver } from 'type-graphql';
import type { acknowledgeEscalation } from '../../../application/ticket/acknowledge-escalation.ts';
import type { addComment } from '../../../application/ticket/add-comment.ts';
import type { assignTicket } from '../../../application/ticket/assign-ticket.ts';
import type { changeTicketStatus } from '../../../application/ticket/change-ticket-status.ts';
import type { createTicket } from '../../../application/ticket/create-ticket.ts';
import type { deleteTicket } from '../../../application/ticket/delete-ticket.ts';
import type { restoreTicket } from '../../../application/ticket/restore-ticket.ts';
import type { updateTicket } from '../../../application/ticket/update-ticket.ts';
import type { TicketStatus } from '../../../domain/enums.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { TicketStatusEnum } from '../enums.ts';
import { CommentType, toComment } from './comment-type.ts';
import { CreateTicketInputType, UpdateTicketInputType } from './ticket-inputs.ts';
import { TicketType, toTicket } from './ticket-type.ts';

/** What a `TicketMutationResolver` calls. */
export interface TicketMutations {
  readonly createTicket: ReturnType<typeof createTicket>;
  readonly updateTicket: ReturnType<typeof updateTicket>;
  readonly changeTicketStatus: ReturnType<typeof changeTicketStatus>;
  readonly assignTicket: ReturnType<typeof assignTicket>;
  readonly deleteTicket: ReturnType<typeof deleteTicket>;
  readonly restoreTicket: ReturnType<typeof restoreTicket>;
  readonly addComment: ReturnType<typeof addComment>;
  readonly acknowledgeEscalation: ReturnType<typeof acknowledgeEscalation>;
}

const THE_TICKET = { description: 'The ticket.' };
const EXPECTED_VERSION = {
  nullable: true,
  description: 'The version that you decided on: CONFLICT, with currentVersion, when the ticket is past it.',
};

@Resolver(() => TicketType)
export class TicketMutationResolver {
  constructor(private readonly useCases: TicketMutations) {}

  @Mutation(() => TicketType, {
    description: 'Opens a ticket and starts its SLA clock. Safe to repeat with an id of yours.',
  })
  async createTicket(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => CreateTicketInputType, { description: 'The new ticket.' }) input: CreateTicketInputType,
  ): Promise<TicketType> {
    return toTicket(await this.useCases.createTicket(signedIn(context), input));
  }

  @Mutation(() => TicketType, {
    description: 'Changes title, description, priority or tags. CONFLICT when the ticket is deleted.',
  })
  async updateTicket(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => UpdateTicketInputType, { description: 'What to change.' }) input: UpdateTicketInputType,
  ): Promise<TicketType> {
    return toTicket(await this.useCases.updateTicket(signedIn(context), input));
  }

  @Mutation(() => TicketType, {
    description:
      'Moves a ticket along the transition table (see allowedTransitions); else ILLEGAL_TRANSITION. PENDING pauses its clock, RESOLVED and CLOSED meet it, and going back from RESOLVED starts a new SLA cycle.',
  })
  async changeTicketStatus(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, THE_TICKET) id: string,
    @Arg('status', () => TicketStatusEnum, { description: 'What it shall become; never ESCALATED.' })
    status: TicketStatus,
    @Arg('expectedVersion', () => Int, EXPECTED_VERSION) expectedVersion: number | null,
  ): Promise<TicketType> {
    return toTicket(await this.useCases.changeTicketStatus(signedIn(context), { id, status, expectedVersion }));
  }

  @Mutation(() => TicketType, {
    description:
      'Gives a ticket to an active user, or to nobody. An AGENT may take an unassigned one and release their own.',
  })
  async assignTicket(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, THE_TICKET) id: string,
    @Arg('assigneeId', () => ID, { nullable: true, description: 'Who shall hold it; null: nobody.' }) assigneeId:
      | string
      | null,
    @Arg('expectedVersion', () => Int, EXPECTED_VERSION) expectedVersion: number | null,
  ): Promise<TicketType> {
    return toTicket(await this.useCases.assignTicket(signedIn(context), { id, assigneeId, expectedVersion }));
  }

  @Mutation(() => TicketType, {
    description:
      'Takes a ticket out of the lists; it never alerts while deleted. SUPERVISOR and ADMIN. Again: returns it as it is.',
  })
  async deleteTicket(@Ctx() context: GraphqlContext, @Arg('id', () => ID, THE_TICKET) id: string): Promise<TicketType> {
    return toTicket(await this.useCases.deleteTicket(signedIn(context), id));
  }

  @Mutation(() => TicketType, {
    description:
      'Takes a deletion back. SUPERVISOR and ADMIN. Past its due instant it breaches at once, with the true instant.',
  })
  async restoreTicket(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, THE_TICKET) id: string,
  ): Promise<TicketType> {
    return toTicket(await this.useCases.restoreTicket(signedIn(context), id));
  }

  @Mutation(() => CommentType, { description: "Comments on a ticket. The ticket's version stays." })
  async addComment(
    @Ctx() context: GraphqlContext,
    @Arg('ticketId', () => ID, THE_TICKET) ticketId: string,
    @Arg('body', () => String, { description: '1 to 20,000 characters.' }) body: string,
    @Arg('internal', () => Boolean, { defaultValue: false, description: "Whether it is not for the client's eyes." })
    internal: boolean,
  ): Promise<CommentType> {
    return toComment(await this.useCases.addComment(signedIn(context), { ticketId, body, internal }));
  }

  @Mutation(() => TicketType, {
    description:
      'Takes the escalation of the present SLA cycle on. SUPERVISOR and ADMIN. Again: returns the ticket. CONFLICT when there is nothing to acknowledge.',
  })
  async acknowledgeEscalation(
    @Ctx() context: GraphqlContext,
    @Arg('ticketId', () => ID, THE_TICKET) ticketId: string,
  ): Promise<TicketType> {
    return toTicket(await this.useCases.acknowledgeEscalation(signedIn(context), ticketId));
  }
}
