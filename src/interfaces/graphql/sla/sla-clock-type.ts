import { Field, Int, ObjectType } from 'type-graphql';
import type { EndedCycle } from '../../../application/ticket/ports.ts';
import { elapsedMs, explain, remainingMs, type SlaClock } from '../../../domain/sla-clock.ts';
import type { SlaPolicy } from '../../../domain/sla-policy.ts';
import type { GraphqlContext } from '../context.ts';
import { SlaStateEnum } from '../enums.ts';
import { DateTime } from '../scalars.ts';

type ShownState = 'RUNNING' | 'PAUSED' | 'MET' | 'BREACHED';
/** A field that is worked out when it is asked for. */
type Resolve<T> = (args: unknown, context: GraphqlContext) => Promise<T>;

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

@ObjectType('SlaCycle', { simpleResolvers: true, description: 'A promise that ended when its ticket was reopened.' })
export class SlaCycleType {
  @Field(() => Int, { description: 'Its place among the cycles of the ticket, from 1.' })
  readonly cycle!: number;

  @Field(() => Int, { description: "The version of the tier's policy that it ran under." })
  readonly policyVersion!: number;

  @Field(() => DateTime, { description: 'When it began.' })
  readonly startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the promise had to be kept.' })
  readonly dueAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The due instant that was missed; null: it was kept.' })
  readonly breachedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the breach was noticed.' })
  readonly detectedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the ticket was resolved.' })
  readonly metAt!: Date | null;

  @Field(() => Int, { description: 'The escalation level that it had reached.' })
  readonly escalationLevel!: number;

  @Field(() => Int, { description: 'Whole seconds of working time that it took.' })
  readonly elapsedSeconds!: Resolve<number>;

  @Field(() => [SlaIntervalType], { description: 'Every running and paused stretch, in order.' })
  readonly intervals!: Resolve<SlaIntervalType[]>;
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

  @Field(() => [SlaCycleType], { description: 'The earlier cycles, oldest first.' })
  readonly cycles!: Resolve<SlaCycleType[]>;

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

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the next escalation level comes, unless somebody acknowledges; null when none will.',
  })
  readonly nextEscalationAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the ticket was resolved or closed.' })
  readonly metAt!: Date | null;

  @Field(() => Int, { description: 'Whole seconds of working time that are used up.' })
  readonly elapsedSeconds!: Resolve<number>;

  @Field(() => Int, { description: 'Seconds of working time that are left of the target; negative once overdue.' })
  readonly remainingSeconds!: Resolve<number>;

  @Field(() => [SlaIntervalType], { description: 'Every running and paused stretch of this cycle, in order.' })
  readonly intervals!: Resolve<SlaIntervalType[]>;
}

type Cycle = Pick<SlaClock, 'tier' | 'policyVersion' | 'intervals'>;

/** A field whose value depends on the policy of its cycle. */
function byPolicy<T>({ tier, policyVersion }: Cycle, work: (policy: SlaPolicy) => T): Resolve<T> {
  return async (_, { loaders }) => work(await loaders.policyVersion(tier, policyVersion));
}

function sums(cycle: Cycle, now: Date): Pick<SlaCycleType, 'elapsedSeconds' | 'intervals'> {
  return {
    elapsedSeconds: byPolicy(cycle, (policy) => Math.floor(elapsedMs(cycle, policy, now) / 1000)),
    intervals: byPolicy(cycle, (policy) => explain(cycle, policy, now)),
  };
}

function toSlaCycle(cycle: EndedCycle, now: Date): SlaCycleType {
  return { ...cycle, ...sums(cycle, now) };
}

/** The clock of the ticket with this id as GraphQL shows it, its sums taken at `now`. */
export function toSlaClock(ticketId: string, clock: SlaClock, now: Date): SlaClockType {
  return {
    ...clock,
    ...sums(clock, now),
    state: clock.breachedAt ? 'BREACHED' : clock.state,
    cycles: async (_, { loaders }) => {
      // The first cycle has none before it: a list of new tickets costs no statement for them.
      const ended = clock.cycle > 1 ? await loaders.endedCycles.load(ticketId) : [];
      return ended.map((each) => toSlaCycle(each, now));
    },
    // Elapsed and remaining seconds are rounded so that they add up to the target.
    remainingSeconds: byPolicy(clock, (policy) => Math.ceil(remainingMs(clock, policy, now) / 1000)),
  };
}
