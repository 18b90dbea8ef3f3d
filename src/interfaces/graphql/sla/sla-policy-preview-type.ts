import { Field, Int, ObjectType } from 'type-graphql';
import type { PolicyEffect, PolicyPreview } from '../../../domain/sla-policy-preview.ts';
import type { GraphqlContext } from '../context.ts';
import { present } from '../loaders.ts';
import { DateTime } from '../scalars.ts';
import { TicketType, toTicket } from '../ticket/ticket-type.ts';
import { SlaPolicyType, toSlaPolicy } from './sla-policy-type.ts';

@ObjectType('SlaPreviewExample', {
  simpleResolvers: true,
  description: 'What an edit of a policy would do to one ticket.',
})
export class SlaPreviewExampleType {
  @Field(() => TicketType, { description: 'The ticket as it is.' })
  readonly ticket!: (args: unknown, context: GraphqlContext) => Promise<TicketType>;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its promise has to be kept as it is; null while paused.',
  })
  readonly dueAtBefore!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When its promise would have to be kept after the edit; null while paused.',
  })
  readonly dueAtAfter!: Date | null;

  @Field(() => Boolean, {
    description: 'Whether the edit itself would breach it: its new due instant has passed, the present one has not.',
  })
  readonly breachesNow!: boolean;
}

@ObjectType('SlaPolicyPreview', {
  simpleResolvers: true,
  description: 'What setSlaPolicy with the same input would do in this instant. Nothing was saved.',
})
export class SlaPolicyPreviewType {
  @Field(() => SlaPolicyType, { description: 'The policy as it would be: its next version.' })
  readonly policy!: SlaPolicyType;

  @Field(() => Int, {
    description:
      "How many tickets would move to it: all of the tier's clients that are neither settled nor deleted, those too that still run under an older version or a former tier.",
  })
  readonly ticketsAffected!: number;

  @Field(() => Int, {
    description:
      'How many of them would breach in the instant of the edit and because of it (reason policy_changed); those whose present due instant has passed are not among them.',
  })
  readonly breachNow!: number;

  @Field(() => Int, {
    description: 'How many of them are not breached and would be due later than now; paused ones have no due instant.',
  })
  readonly relaxed!: number;

  @Field(() => [SlaPreviewExampleType], {
    description:
      'Up to 20 of them: those that would breach, then those that may yet, each by the due instant after the edit; last those that were breached before.',
  })
  readonly examples!: SlaPreviewExampleType[];
}

/** A preview as GraphQL shows it; the tickets of its examples are loaded when asked for. */
export function toSlaPolicyPreview({ policy, examples, ...counts }: PolicyPreview): SlaPolicyPreviewType {
  return { ...counts, policy: toSlaPolicy(policy), examples: examples.map(toExample) };
}

function toExample({ ticketId, dueAtBefore, dueAtAfter, breachesNow }: PolicyEffect): SlaPreviewExampleType {
  return {
    ticket: async (_, { loaders }) => toTicket(present(await loaders.ticket.load(ticketId), `Ticket ${ticketId}`)),
    dueAtBefore,
    dueAtAfter,
    breachesNow,
  };
}
