import { Arg, Ctx, FieldResolver, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { averageResolution } from '../../../application/report/average-resolution.ts';
import type { escalatedPerMonth } from '../../../application/report/escalated-per-month.ts';
import type { reportsAsOf } from '../../../application/report/reports-as-of.ts';
import type { topAgents } from '../../../application/report/top-agents.ts';
import type { weeklyStatus } from '../../../application/report/weekly-status.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { DateTime } from '../scalars.ts';
import { AgentPerformanceType, AverageResolutionType, EscalatedMonthType, WeekStatusType } from './report-types.ts';

@ObjectType('Reports', {
  description:
    'The reports over live and imported tickets; for SUPERVISOR and ADMIN. Ranges run from "from" on and before "to"; what is left out is unbounded. Counts and averages are exact.',
})
export class ReportsType {}

/** What a `ReportsResolver` calls. */
export interface ReportUseCases {
  readonly reportsAsOf: ReturnType<typeof reportsAsOf>;
  readonly averageResolution: ReturnType<typeof averageResolution>;
  readonly escalatedPerMonth: ReturnType<typeof escalatedPerMonth>;
  readonly topAgents: ReturnType<typeof topAgents>;
  readonly weeklyStatus: ReturnType<typeof weeklyStatus>;
}

const FROM = { nullable: true, description: 'The first instant that counts; left out: from the beginning.' } as const;
const TO = { nullable: true, description: 'The instant before which it counts; left out: to the end.' } as const;

@Resolver(() => ReportsType)
export class ReportsResolver {
  constructor(private readonly useCases: ReportUseCases) {}

  @Query(() => ReportsType, { description: 'The reports. SUPERVISOR and ADMIN only.' })
  reports(): ReportsType {
    return new ReportsType();
  }

  @FieldResolver(() => DateTime, {
    description:
      'Everything that was saved before this instant is in the reports of this answer. It lies back only while a large import is being worked in.',
  })
  async asOf(@Ctx() context: GraphqlContext): Promise<Date> {
    return this.useCases.reportsAsOf(signedIn(context));
  }

  @FieldResolver(() => [AverageResolutionType], {
    description: 'How long the tickets took that were resolved or closed in the range: VIP, NORMAL, then all together.',
  })
  async averageResolution(
    @Ctx() context: GraphqlContext,
    @Arg('from', () => DateTime, FROM) from?: Date | null,
    @Arg('to', () => DateTime, TO) to?: Date | null,
  ): Promise<AverageResolutionType[]> {
    return this.useCases.averageResolution(signedIn(context), { from: from ?? null, to: to ?? null });
  }

  @FieldResolver(() => [EscalatedMonthType], {
    description:
      'How many of the tickets created in each month were escalated: VIP, NORMAL, then all together, months without any too. Without "from" it begins with the first month that has tickets, without "to" it ends with the present one. At most 1,200 months.',
  })
  async escalatedPerMonth(
    @Ctx() context: GraphqlContext,
    @Arg('from', () => DateTime, FROM) from?: Date | null,
    @Arg('to', () => DateTime, TO) to?: Date | null,
  ): Promise<EscalatedMonthType[]> {
    return this.useCases.escalatedPerMonth(signedIn(context), { from: from ?? null, to: to ?? null });
  }

  @FieldResolver(() => [AgentPerformanceType], {
    description: 'The agents who resolved or closed most tickets in the range, most first, then by name.',
  })
  async topAgents(
    @Ctx() context: GraphqlContext,
    @Arg('limit', () => Int, { defaultValue: 10, description: 'How many agents, 1 to 100.' }) limit: number,
    @Arg('from', () => DateTime, FROM) from?: Date | null,
    @Arg('to', () => DateTime, TO) to?: Date | null,
  ): Promise<AgentPerformanceType[]> {
    return this.useCases.topAgents(signedIn(context), { limit, from: from ?? null, to: to ?? null });
  }

  @FieldResolver(() => [WeekStatusType], {
    description: 'The last ISO weeks, the present one among them, oldest first; weeks in which nothing happened too.',
  })
  async weeklyStatus(
    @Ctx() context: GraphqlContext,
    @Arg('weeks', () => Int, { defaultValue: 12, description: 'How many weeks, 1 to 260.' }) weeks: number,
  ): Promise<WeekStatusType[]> {
    return this.useCases.weeklyStatus(signedIn(context), { weeks });
  }
}
