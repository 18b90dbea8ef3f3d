import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { listPolicyHistory } from '../../../application/sla/list-policy-history.ts';
import type { listSlaPolicies } from '../../../application/sla/list-sla-policies.ts';
import type { previewSlaPolicy } from '../../../application/sla/preview-sla-policy.ts';
import type { setSlaPolicy } from '../../../application/sla/set-sla-policy.ts';
import type { ClientTier } from '../../../domain/enums.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { ClientTierEnum } from '../enums.ts';
import { SlaPolicyPreviewType, toSlaPolicyPreview } from './sla-policy-preview-type.ts';
import { SlaPolicyInputType, SlaPolicyType, toPolicyEdit, toSlaPolicy } from './sla-policy-type.ts';
import { SlaPolicyVersionType, toSlaPolicyVersion } from './sla-policy-version-type.ts';

/** What an `SlaResolver` calls. */
export interface SlaUseCases {
  readonly listSlaPolicies: ReturnType<typeof listSlaPolicies>;
  readonly listPolicyHistory: ReturnType<typeof listPolicyHistory>;
  readonly previewSlaPolicy: ReturnType<typeof previewSlaPolicy>;
  readonly setSlaPolicy: ReturnType<typeof setSlaPolicy>;
}

@Resolver(() => SlaPolicyType)
export class SlaResolver {
  constructor(private readonly useCases: SlaUseCases) {}

  @Query(() => [SlaPolicyType], { description: 'The policies in force, VIP first.' })
  async slaPolicies(@Ctx() context: GraphqlContext): Promise<SlaPolicyType[]> {
    return (await this.useCases.listSlaPolicies(signedIn(context))).map(toSlaPolicy);
  }

  @Query(() => [SlaPolicyVersionType], {
    description: "Every version of a tier's policy, newest first. SUPERVISOR and ADMIN only.",
  })
  async slaPolicyHistory(
    @Ctx() context: GraphqlContext,
    @Arg('tier', () => ClientTierEnum, { description: 'Whose promise.' }) tier: ClientTier,
  ): Promise<SlaPolicyVersionType[]> {
    return (await this.useCases.listPolicyHistory(signedIn(context), tier)).map(toSlaPolicyVersion);
  }

  @Query(() => SlaPolicyPreviewType, {
    description:
      'What setSlaPolicy with the same input would do to the open tickets in this instant; nothing is saved. SUPERVISOR and ADMIN only.',
  })
  async previewSlaPolicy(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => SlaPolicyInputType, { description: 'The whole policy.' }) input: SlaPolicyInputType,
  ): Promise<SlaPolicyPreviewType> {
    const preview = await this.useCases.previewSlaPolicy(signedIn(context), toPolicyEdit(input), context.signal);
    return toSlaPolicyPreview(preview);
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
