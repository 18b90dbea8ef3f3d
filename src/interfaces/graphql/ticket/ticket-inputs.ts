import { Field, ID, InputType, Int } from 'type-graphql';
import type { ShownSlaState, TicketListQuery, TicketSort } from '../../../application/ticket/ports.ts';
import type { ClientTier, TicketStatus } from '../../../domain/enums.ts';
import { ClientTierEnum, SlaStateEnum, SortDirectionEnum, TicketSortEnum, TicketStatusEnum } from '../enums.ts';
import { DateTime } from '../scalars.ts';

@InputType('CreateTicketInput', { description: 'A new ticket.' })
export class CreateTicketInputType {
  @Field(() => ID, {
    nullable: true,
    description:
      'A UUID of yours as idempotency key: the same id, caller and input again returns the same ticket; anything else with it is CONFLICT.',
  })
  id?: string | null;

  @Field(() => ID, { description: 'Whose problem it is.' })
  clientId!: string;

  @Field(() => String, { description: '1 to 500 characters in one line.' })
  title!: string;

  @Field(() => String, { description: 'Up to 20,000 characters.' })
  description!: string;

  @Field(() => Int, { defaultValue: 3, description: '1 urgent to 4 low.' })
  priority!: number;

  @Field(() => [String], {
    nullable: true,
    description: 'Up to 20 tags of 1 to 50 characters; repeated ones count once.',
  })
  tags?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'An active user; an AGENT may name only themselves.' })
  assigneeId?: string | null;
}

@InputType('UpdateTicketInput', { description: 'What to change of a ticket; what is left out or null stays.' })
export class UpdateTicketInputType {
  @Field(() => ID, { description: 'The ticket.' })
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that you decided on: CONFLICT when the ticket is past it.',
  })
  expectedVersion?: number | null;

  @Field(() => String, { nullable: true, description: '1 to 500 characters in one line.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'Up to 20,000 characters.' })
  description?: string | null;

  @Field(() => Int, { nullable: true, description: '1 urgent to 4 low.' })
  priority?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'All tags that it shall have: up to 20 of 1 to 50 characters.',
  })
  tags?: string[] | null;
}

@InputType('TicketFilter', { description: 'Which tickets; everything that is given must hold.' })
export class TicketFilterType {
  @Field(() => [TicketStatusEnum], { nullable: true, description: 'In one of these statuses.' })
  status?: TicketStatus[] | null;

  @Field(() => [Int], { nullable: true, description: 'Of one of these priorities, 1 to 4.' })
  priority?: number[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this client.' })
  clientId?: string | null;

  @Field(() => ClientTierEnum, { nullable: true, description: 'Of clients of this tier.' })
  tier?: ClientTier | null;

  @Field(() => ID, { nullable: true, description: 'Held by this user.' })
  assigneeId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'true: held by nobody; false: held by somebody.' })
  unassigned?: boolean | null;

  @Field(() => [SlaStateEnum], { nullable: true, description: 'Whose clock shows one of these states.' })
  slaState?: ShownSlaState[] | null;

  @Field(() => DateTime, { nullable: true, description: 'Due before this instant; paused ones are not due.' })
  dueBefore?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Opened at or after this instant.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Opened before this instant.' })
  to?: Date | null;

  @Field(() => String, { nullable: true, description: 'With this tag.' })
  tag?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'With this text in title, description, reference or client name, in any case; 3 to 200 characters, or a ticket number. Wildcards are literal.',
  })
  search?: string | null;

  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Deleted ones too; ignored for an AGENT.' })
  includeDeleted?: boolean | null;
}

@InputType('TicketOrder', { description: 'The order of a list of tickets; equals are ordered by id.' })
export class TicketOrderType {
  @Field(() => TicketSortEnum, {
    defaultValue: 'CREATED_AT',
    description:
      'What to order by. By DUE_AT, tickets that are not due count as due never: last in ASC, first in DESC.',
  })
  field!: TicketSort;

  @Field(() => SortDirectionEnum, { defaultValue: 'DESC', description: 'Which end comes first.' })
  direction!: 'ASC' | 'DESC';
}

/** The arguments of `tickets`. */
export interface TicketsArguments {
  readonly filter?: TicketFilterType | null;
  readonly orderBy?: TicketOrderType | null;
  readonly first: number;
  readonly after?: string | null;
  readonly page?: number | null;
}

/** What `tickets` asks for with these arguments; without an order the newest first. */
export function toTicketListQuery({ filter, orderBy, first, after, page }: TicketsArguments): TicketListQuery {
  return {
    filter: filter ?? {},
    sort: orderBy?.field ?? 'CREATED_AT',
    direction: orderBy?.direction ?? 'DESC',
    first,
    after: after ?? null,
    page: page ?? null,
  };
}
