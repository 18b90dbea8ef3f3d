import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { ClientTier } from '../../../domain/enums.ts';
import type {
  AgentPerformance,
  AverageResolution,
  EscalatedMonth,
  WeekStatus,
} from '../../../domain/report/reports.ts';
import { ClientTierEnum } from '../enums.ts';

@ObjectType('AverageResolution', {
  simpleResolvers: true,
  description: 'How long tickets took from creation to resolution; all 0 when there are none.',
})
export class AverageResolutionType implements AverageResolution {
  @Field(() => ClientTierEnum, { nullable: true, description: 'The tier of the clients; null: all tiers together.' })
  tier!: ClientTier | null;

  @Field(() => Int, { description: 'How many tickets were resolved or closed.' })
  tickets!: number;

  @Field(() => Float, { description: 'Mean time from creation to resolution, in minutes; exact.' })
  averageMinutes!: number;

  @Field(() => Float, {
    description:
      'Median time, in minutes: of n times in ascending order the one at place ceil(n / 2), with a relative error of at most 1 %.',
  })
  medianMinutes!: number;

  @Field(() => Float, {
    description:
      'The time that 90 % of the tickets did not exceed, in minutes: of n times in ascending order the one at place ceil(0.9 n), with a relative error of at most 1 %.',
  })
  p90Minutes!: number;
}

@ObjectType('EscalatedMonth', { simpleResolvers: true, description: 'How many tickets of a month were escalated.' })
export class EscalatedMonthType implements EscalatedMonth {
  @Field(() => String, { description: 'The month in which they were created (UTC), such as "2026-11".' })
  month!: string;

  @Field(() => ClientTierEnum, { nullable: true, description: 'The tier of the clients; null: all tiers together.' })
  tier!: ClientTier | null;

  @Field(() => Int, { description: 'Those with an escalation level above 0.' })
  escalated!: number;

  @Field(() => Int, { description: 'All that were created in the month.' })
  total!: number;
}

@ObjectType('AgentPerformance', { simpleResolvers: true, description: 'What one agent has resolved.' })
export class AgentPerformanceType implements AgentPerformance {
  @Field(() => String, { description: 'Email address or name, in lower case.' })
  agent!: string;

  @Field(() => Int, { description: 'How many tickets the agent resolved or closed; at least 1.' })
  resolved!: number;

  @Field(() => Float, { description: 'Mean time from creation to resolution, in minutes; exact.' })
  averageMinutes!: number;

  @Field(() => Int, { description: 'How many of them had broken their SLA.' })
  breached!: number;

  @Field(() => Float, { description: 'The share of them that kept their SLA, 0 to 100.' })
  slaMetPercent!: number;
}

@ObjectType('WeekStatus', { simpleResolvers: true, description: 'What happened in one ISO week (UTC, from Monday).' })
export class WeekStatusType implements WeekStatus {
  @Field(() => String, { description: 'The ISO 8601 week, such as "2026-W47".' })
  week!: string;

  @Field(() => Int, { description: 'Tickets created in the week.' })
  opened!: number;

  @Field(() => Int, { description: 'Tickets resolved in the week that are RESOLVED now.' })
  resolved!: number;

  @Field(() => Int, { description: 'Tickets resolved in the week that are CLOSED now.' })
  closed!: number;

  @Field(() => Int, {
    description: 'Tickets that were first escalated in the week; imported ones count when they were created.',
  })
  escalated!: number;

  @Field(() => Int, {
    description: 'Tickets whose last broken SLA fell due in the week; imported ones count when they were created.',
  })
  breached!: number;

  @Field(() => Int, {
    description:
      'Tickets open at the end of the week: all that were created before, less those resolved or closed before.',
  })
  backlog!: number;
}
