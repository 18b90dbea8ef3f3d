import { Field, Int, ObjectType } from 'type-graphql';
import type { Escalation } from '../../../domain/ticket.ts';
import type { GraphqlContext } from '../context.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';

@ObjectType('Escalation', {
  implements: Node,
  simpleResolvers: true,
  description: 'A broken promise and who took it on; there is one for each ticket, SLA cycle and level.',
})
export class EscalationType extends Node {
  readonly __typename = 'Escalation';

  @Field(() => Int, { description: '0: supervisors were notified; 1 and up: escalated.' })
  readonly level!: number;

  @Field(() => String, {
    description:
      'Why: sla_breached (the time ran out), policy_changed (an edit of policy or tier moved the due instant into the past) or not_acknowledged (nobody took on the level before).',
  })
  readonly reason!: string;

  @Field(() => DateTime, { description: 'The due instant that was missed; of a later level, when it came due.' })
  readonly escalatedAt!: Date;

  @Field(() => UserType, { nullable: true, description: 'Who acknowledged it; null until somebody has.' })
  readonly acknowledgedBy!: (args: unknown, context: GraphqlContext) => Promise<UserType | null>;

  @Field(() => DateTime, { nullable: true, description: 'When it was acknowledged.' })
  readonly acknowledgedAt!: Date | null;
}

/** An escalation as GraphQL shows it. */
export function toEscalation(escalation: Escalation): EscalationType {
  const { id, level, reason, escalatedAt, acknowledgedAt, acknowledgedById } = escalation;
  return {
    __typename: 'Escalation',
    id,
    level,
    reason,
    escalatedAt,
    acknowledgedAt,
    acknowledgedBy: async (_, { loaders }) => {
      const user = acknowledgedById && (await loaders.user.load(acknowledgedById));
      return user ? toUser(user) : null;
    },
  };
}
