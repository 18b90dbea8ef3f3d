import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { BreachAction, ClientTier } from '../../../domain/enums.ts';
import type { SlaPolicy, SlaPolicyEdit } from '../../../domain/sla-policy.ts';
import { BreachActionEnum, ClientTierEnum } from '../enums.ts';
import { DateTime } from '../scalars.ts';
import { BusinessCalendarInputType, BusinessCalendarType } from './business-calendar-type.ts';

@ObjectType('SlaPolicy', {
  simpleResolvers: true,
  description: 'What the clients of a tier are promised.',
})
export class SlaPolicyType {
  @Field(() => ClientTierEnum, { description: 'Whose promise it is.' })
  readonly tier!: ClientTier;

  @Field(() => Int, { description: 'Minutes of working time until a ticket has to be resolved, pauses apart.' })
  readonly resolutionMinutes!: number;

  @Field(() => Int, { description: 'Share of the target, in percent, after which a ticket is at risk.' })
  readonly atRiskPercent!: number;

  @Field(() => BreachActionEnum, { description: 'What happens to a ticket that breaks the promise.' })
  readonly breachAction!: BreachAction;

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes of working time from one escalation level to the next, while nobody acknowledges; null: one level only.',
  })
  readonly escalateEveryMinutes!: number | null;

  @Field(() => Int, { description: 'The highest level that tickets are escalated to.' })
  readonly maxEscalationLevel!: number;

  @Field(() => BusinessCalendarType, { nullable: true, description: 'When time counts; null: round the clock.' })
  readonly calendar!: BusinessCalendarType | null;

  @Field(() => Int, { description: '1 when seeded, and one more at each edit.' })
  readonly version!: number;

  @Field(() => DateTime, { description: 'When this version came into force.' })
  readonly updatedAt!: Date;
}

/** A policy as GraphQL shows it. */
export function toSlaPolicy({ changedAt, ...policy }: SlaPolicy): SlaPolicyType {
  return { ...policy, updatedAt: changedAt };
}

@InputType('SlaPolicyInput', { description: "A tier's next policy, whole." })
export class SlaPolicyInputType {
  @Field(() => ClientTierEnum, { description: 'Whose promise it is.' })
  tier!: ClientTier;

  @Field(() => Int, {
    description: 'Minutes of working time until a ticket has to be resolved: 1 to 527,040 (a year).',
  })
  resolutionMinutes!: number;

  @Field(() => Int, { defaultValue: 75, description: 'Share of the target after which a ticket is at risk: 1 to 99.' })
  atRiskPercent!: number;

  @Field(() => BreachActionEnum, { description: 'What shall happen to a ticket that breaks the promise.' })
  breachAction!: BreachAction;

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes of working time from one escalation level to the next, while nobody acknowledges: 1 to 527,040; null: one level only.',
  })
  escalateEveryMinutes?: number | null;

  @Field(() => Int, { defaultValue: 3, description: 'The highest level to escalate to: 1 to 100.' })
  maxEscalationLevel!: number;

  @Field(() => BusinessCalendarInputType, { nullable: true, description: 'When time counts; null: round the clock.' })
  calendar?: BusinessCalendarInputType | null;
}

/** The edit that an input asks for; what it leaves out is none. */
export function toPolicyEdit(input: SlaPolicyInputType): SlaPolicyEdit {
  const { tier, resolutionMinutes, atRiskPercent, breachAction, maxEscalationLevel } = input;
  return {
    tier,
    resolutionMinutes,
    atRiskPercent,
    breachAction,
    escalateEveryMinutes: input.escalateEveryMinutes ?? null,
    maxEscalationLevel,
    calendar: input.calendar ?? null,
  };
}
