import { Field, Int, ObjectType } from 'type-graphql';
import type { SlaPolicy } from '../../../domain/sla-policy.ts';
import type { GraphqlContext } from '../context.ts';
import { present } from '../loaders.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';
import { SlaPolicyType, toSlaPolicy } from './sla-policy-type.ts';

@ObjectType('SlaPolicyVersion', {
  simpleResolvers: true,
  description: "A version of a tier's policy, and who put it in force. Versions never change.",
})
export class SlaPolicyVersionType {
  @Field(() => Int, { description: '1 when seeded, and one more at each edit.' })
  readonly version!: number;

  @Field(() => SlaPolicyType, { description: 'What was promised from then on.' })
  readonly policy!: SlaPolicyType;

  @Field(() => UserType, { nullable: true, description: 'Who made the edit; null: seeded with the desk.' })
  readonly changedBy!: (args: unknown, context: GraphqlContext) => Promise<UserType | null>;

  @Field(() => DateTime, { description: 'When it came into force.' })
  readonly changedAt!: Date;
}

/** A version as GraphQL shows it; its author is loaded when asked for. */
export function toSlaPolicyVersion(policy: SlaPolicy): SlaPolicyVersionType {
  const { version, changedAt, changedById } = policy;
  return {
    version,
    policy: toSlaPolicy(policy),
    changedBy: async (_, { loaders }) =>
      changedById === null ? null : toUser(present(await loaders.user.load(changedById), `User ${changedById}`)),
    changedAt,
  };
}
