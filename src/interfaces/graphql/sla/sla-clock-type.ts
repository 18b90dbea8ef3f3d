import { Field, Int, ObjectType } from 'type-graphql';
import { elapsedMs, explain, type SlaClock } from '../../../domain/sla-clock.ts';
import type { GraphqlContext } from '../context.ts';
import { SlaStateEnum } from '../enums.ts';
import { DateTime } from '../scalars.ts';

type ShownState = 'RUNNING' | 'PAUSED' | 'MET' | 'BREACHED';

@ObjectType('SlaInterval', {
  simpleResolvers: true,
  description: 'One stretch of the clock. The seconds of all RUNNING stretches sum exactly to elapsedSeconds.',
})
export class SlaIntervalType {
  @Field(() => SlaStateEnum, { description: 'RUNNING or PAUSED.' })
  readonly state!: ShownState;

  @Field(() => DateTime, { description: 'When it began.' })
  readonly from!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null while it lasts.' })
  readonly to!: Date | null;

  @Field(() => Int, {
    description:
      'Its whole seconds of working time, shared out so that they sum exactly; of a PAUSED stretch: the working time paused.',
  })
  readonly workingSeconds!: number;

  @Field(() => String, { description: 'Why it began, in words.' })
  readonly reason!: string;
}

@ObjectType('SlaClock', {
  simpleResolvers: true,
  description: 'The promise for a ticket in its present cycle, and every second of how it came to be where it is.',
})
export class SlaClockType {
  @Field(() => SlaStateEnum, {
    description: 'BREACHED, once it holds, for the rest of the cycle; dueAt null (paused) and metAt tell the rest.',
  })
  readonly state!: ShownState;

  @Field(() => Int, { description: '1, and one more at each reopening.' })
  readonly cycle!: number;

  @Field(() => Int, { description: "The version of the tier's policy that the cycle runs under." })
  readonly policyVersion!: number;

  @Field(() => DateTime, { description: 'When the cycle began.' })
  readonly startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the promise has to be kept; null while paused.' })
  readonly dueAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the ticket is, or was, at risk; null while paused.' })
  readonly atRiskAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The due instant that was missed, not the instant it was noticed.',
  })
  readonly breachedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the breach was noticed.' })
  readonly detectedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the ticket was resolved or closed.' })
  readonly metAt!: Date | null;

  @Field(() => Int, { description: 'Whole seconds of working time that are used up.' })
  readonly elapsedSeconds!: number;

  @Field(() => Int, { description: 'Seconds of working time that are left of the target; negative once overdue.' })
  readonly remainingSeconds!: (args: unknown, context: GraphqlContext) => Promise<number>;

  @Field(() => [SlaIntervalType], { description: 'Every running and paused stretch of this cycle, in order.' })
  readonly intervals!: () => SlaIntervalType[];
}

/** A clock as GraphQL shows it, its sums taken at `now`. */
export function toSlaClock(clock: SlaClock, now: Date): SlaClockType {
  const elapsedSeconds = Math.floor(elapsedMs(clock, now) / 1000);
  return {
    ...clock,
    state: clock.breachedAt ? 'BREACHED' : clock.state,
    elapsedSeconds,
    remainingSeconds: async (_, { loaders }) => {
      const policy = await loaders.policyVersion(clock.tier, clock.policyVersion);
      return policy.resolutionMinutes * 60 - elapsedSeconds;
    },
    intervals: () => explain(clock, now),
  };
}
