import { Field, ID, ObjectType } from 'type-graphql';
import type { TicketOutcome } from '../../../application/ticket/each-ticket.ts';
import type { FormatError } from '../errors.ts';
import { TicketType, toTicket } from './ticket-type.ts';

@ObjectType('BulkResult', {
  simpleResolvers: true,
  description: 'What became of one ticket of a bulk mutation: the ticket, or why it was not changed.',
})
export class BulkResultType {
  @Field(() => ID, { description: 'The id, as the caller wrote it.' })
  id!: string;

  @Field(() => TicketType, { nullable: true, description: 'The ticket as it now is; null when it was not changed.' })
  ticket!: TicketType | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why this ticket was not changed, a code as errors carry it; null when it was. TIMEOUT: the time ran out before it was through.',
  })
  errorCode!: string | null;

  @Field(() => String, { nullable: true, description: 'What to do about it; null when there is no error.' })
  errorMessage!: string | null;
}

export function toBulkResult(outcome: TicketOutcome, requestId: string, formatError: FormatError): BulkResultType {
  const { id } = outcome;
  if (outcome.ticket) return { id, ticket: toTicket(outcome.ticket), errorCode: null, errorMessage: null };
  const { message, extensions } = formatError(outcome.error, requestId);
  return { id, ticket: null, errorCode: String(extensions?.code), errorMessage: message };
}
