import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { BreachAction, ClientTier } from '../../../domain/enums.ts';
import type { SlaPolicy } from '../../../domain/sla-policy.ts';
import { BreachActionEnum, ClientTierEnum } from '../enums.ts';
import { DateTime } from '../scalars.ts';

@ObjectType('SlaPolicy', {
  simpleResolvers: true,
  description: 'What the clients of a tier are promised, round the clock.',
})
export class SlaPolicyType {
  @Field(() => ClientTierEnum, { description: 'Whose promise it is.' })
  readonly tier!: ClientTier;

  @Field(() => Int, { description: 'Minutes until a ticket has to be resolved, pauses apart.' })
  readonly resolutionMinutes!: number;

  @Field(() => Int, { description: 'Share of the target, in percent, after which a ticket is at risk.' })
  readonly atRiskPercent!: number;

  @Field(() => BreachActionEnum, { description: 'What happens to a ticket that breaks the promise.' })
  readonly breachAction!: BreachAction;

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

  @Field(() => Int, { description: 'Minutes until a ticket has to be resolved: 1 to 527,040 (a year).' })
  resolutionMinutes!: number;

  @Field(() => Int, { defaultValue: 75, description: 'Share of the target after which a ticket is at risk: 1 to 99.' })
  atRiskPercent!: number;

  @Field(() => BreachActionEnum, { description: 'What shall happen to a ticket that breaks the promise.' })
  breachAction!: BreachAction;
}
