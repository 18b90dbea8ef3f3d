import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { bulkAssignTickets } from '../../../application/ticket/bulk-assign-tickets.ts';
import type { bulkChangeTicketStatus } from '../../../application/ticket/bulk-change-ticket-status.ts';
import type { TicketOutcome } from '../../../application/ticket/each-ticket.ts';
import type { TicketStatus } from '../../../domain/enums.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { nearlyOver } from '../deadline.ts';
import { TicketStatusEnum } from '../enums.ts';
import type { FormatError } from '../errors.ts';
import { BulkResultType, toBulkResult } from './bulk-result-type.ts';

/** What a `BulkTicketResolver` calls. */
export interface BulkTicketUseCases {
  readonly bulkAssignTickets: ReturnType<typeof bulkAssignTickets>;
  readonly bulkChangeTicketStatus: ReturnType<typeof bulkChangeTicketStatus>;
}

const IDS = {
  description:
    '1 to 100 tickets, else VALIDATION_FAILED. One that is named twice is changed once, and has its result twice.',
};
const EACH_ON_ITS_OWN =
  'each on its own: one that is refused leaves the others alone. Results in the order of the ids. What was not through shortly before the time limit of the operation has the errorCode TIMEOUT.';

@Resolver(() => BulkResultType)
export class BulkTicketResolver {
  constructor(
    private readonly useCases: BulkTicketUseCases,
    private readonly formatError: FormatError,
  ) {}

  @Mutation(() => [BulkResultType], {
    description: `Assigns many tickets by the rules of assignTicket, ${EACH_ON_ITS_OWN}`,
  })
  async bulkAssignTickets(
    @Ctx() context: GraphqlContext,
    @Arg('ids', () => [ID], IDS) ids: string[],
    @Arg('assigneeId', () => ID, { nullable: true, description: 'Who shall hold them; null: nobody.' })
    assigneeId?: string | null,
  ): Promise<BulkResultType[]> {
    const outcomes = await this.useCases.bulkAssignTickets(
      signedIn(context),
      { ids, assigneeId },
      nearlyOver(context.signal),
    );
    return this.#results(outcomes, context);
  }

  @Mutation(() => [BulkResultType], {
    description: `Changes the status of many tickets by the rules of changeTicketStatus, ${EACH_ON_ITS_OWN}`,
  })
  async bulkChangeTicketStatus(
    @Ctx() context: GraphqlContext,
    @Arg('ids', () => [ID], IDS) ids: string[],
    @Arg('status', () => TicketStatusEnum, { description: 'What they shall become; never ESCALATED.' })
    status: TicketStatus,
  ): Promise<BulkResultType[]> {
    const outcomes = await this.useCases.bulkChangeTicketStatus(
      signedIn(context),
      { ids, status },
      nearlyOver(context.signal),
    );
    return this.#results(outcomes, context);
  }

  #results(outcomes: readonly TicketOutcome[], { requestId }: GraphqlContext): BulkResultType[] {
    return outcomes.map((outcome) => toBulkResult(outcome, requestId, this.formatError));
  }
}
