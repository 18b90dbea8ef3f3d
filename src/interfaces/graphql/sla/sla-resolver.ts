import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { listSlaPolicies } from '../../../application/sla/list-sla-policies.ts';
import type { setSlaPolicy } from '../../../application/sla/set-sla-policy.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { SlaPolicyInputType, SlaPolicyType, toPolicyEdit, toSlaPolicy } from './sla-policy-type.ts';

/** What an `SlaResolver` calls. */
export interface SlaUseCases {
  readonly listSlaPolicies: ReturnType<typeof listSlaPolicies>;
  readonly setSlaPolicy: ReturnType<typeof setSlaPolicy>;
}

@Resolver(() => SlaPolicyType)
export class SlaResolver {
  constructor(private readonly useCases: SlaUseCases) {}

  @Query(() => [SlaPolicyType], { description: 'The policies in force, VIP first.' })
  async slaPolicies(@Ctx() context: GraphqlContext): Promise<SlaPolicyType[]> {
    return (await this.useCases.listSlaPolicies(signedIn(context))).map(toSlaPolicy);
  }

  @Mutation(() => SlaPolicyType, {
    description:
      "Puts a tier's next policy in force. ADMIN only. Open tickets move to it from the same start, their pauses kept: the first 500 before this answers, the rest in the background. What thereby lies in the past breaches once.",
  })
  async setSlaPolicy(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => SlaPolicyInputType, { description: 'The whole policy.' }) input: SlaPolicyInputType,
  ): Promise<SlaPolicyType> {
    return toSlaPolicy(await this.useCases.setSlaPolicy(signedIn(context), toPolicyEdit(input)));
  }
}
