import { Field, Int, ObjectType } from 'type-graphql';
import { type ExplainedInterval, elapsedMs, explain, type SlaClock } from '../../../domain/sla-clock.ts';
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
  readonly #clock: SlaClock;
  readonly #now: Date;

  /** `now` is the instant that the sums are taken at. */
  constructor(clock: SlaClock, now: Date) {
    this.#clock = clock;
    this.#now = now;
  }

  @Field(() => SlaStateEnum, {
    description: 'BREACHED, once it holds, for the rest of the cycle; dueAt null (paused) and metAt tell the rest.',
  })
  get state(): ShownState {
    return this.#clock.breachedAt ? 'BREACHED' : this.#clock.state;
  }

  @Field(() => Int, { description: '1, and one more at each reopening.' })
  get cycle(): number {
    return this.#clock.cycle;
  }

  @Field(() => Int, { description: "The version of the tier's policy that the cycle runs under." })
  get policyVersion(): number {
    return this.#clock.policyVersion;
  }

  @Field(() => DateTime, { description: 'When the cycle began.' })
  get startedAt(): Date {
    return this.#clock.startedAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the promise has to be kept; null while paused.' })
  get dueAt(): Date | null {
    return this.#clock.dueAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the ticket is, or was, at risk; null while paused.' })
  get atRiskAt(): Date | null {
    return this.#clock.atRiskAt;
  }

  @Field(() => DateTime, {
    nullable: true,
    description: 'The due instant that was missed, not the instant it was noticed.',
  })
  get breachedAt(): Date | null {
    return this.#clock.breachedAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the breach was noticed.' })
  get detectedAt(): Date | null {
    return this.#clock.detectedAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the ticket was resolved or closed.' })
  get metAt(): Date | null {
    return this.#clock.metAt;
  }

  @Field(() => Int, { description: 'Whole seconds of working time that are used up.' })
  get elapsedSeconds(): number {
    return Math.floor(elapsedMs(this.#clock, this.#now) / 1000);
  }

  @Field(() => Int, { description: 'Seconds of working time that are left of the target; negative once overdue.' })
  get remainingSeconds() {
    return async (_: unknown, { loaders }: GraphqlContext): Promise<number> => {
      const policy = await loaders.policyVersion(this.#clock.tier, this.#clock.policyVersion);
      return policy.resolutionMinutes * 60 - this.elapsedSeconds;
    };
  }

  @Field(() => [SlaIntervalType], { description: 'Every running and paused stretch of this cycle, in order.' })
  get intervals(): ExplainedInterval[] {
    return explain(this.#clock, this.#now);
  }
}
