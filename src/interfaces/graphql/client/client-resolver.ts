import { Arg, Ctx, Field, ID, InputType, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { createClient } from '../../../application/client/create-client.ts';
import type { getClient, listClients } from '../../../application/client/list-clients.ts';
import type { updateClient } from '../../../application/client/update-client.ts';
import type { ClientTier } from '../../../domain/enums.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { ClientTierEnum } from '../enums.ts';
import { ClientType, toClient } from './client-type.ts';

@InputType('CreateClientInput', { description: 'A new client.' })
export class CreateClientInputType {
  @Field(() => String, { description: '1 to 200 characters in one line.' })
  name!: string;

  @Field(() => ClientTierEnum, { defaultValue: 'NORMAL', description: 'The policy that its tickets shall run under.' })
  tier!: ClientTier;
}

@InputType('UpdateClientInput', { description: 'What to change of a client; what is left out or null stays.' })
export class UpdateClientInputType {
  @Field(() => ID, { description: 'The client.' })
  id!: string;

  @Field(() => String, { nullable: true, description: '1 to 200 characters in one line.' })
  name?: string | null;

  @Field(() => ClientTierEnum, {
    nullable: true,
    description: 'Another tier moves the due instants of its open tickets.',
  })
  tier?: ClientTier | null;
}

/** What a `ClientResolver` calls. */
export interface ClientUseCases {
  readonly createClient: ReturnType<typeof createClient>;
  readonly updateClient: ReturnType<typeof updateClient>;
  readonly listClients: ReturnType<typeof listClients>;
  readonly getClient: ReturnType<typeof getClient>;
}

@Resolver(() => ClientType)
export class ClientResolver {
  constructor(private readonly useCases: ClientUseCases) {}

  @Query(() => ClientType, { nullable: true, description: 'One client; null when there is none with this id.' })
  async client(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'The client.' }) id: string,
  ): Promise<ClientType | null> {
    const client = await this.useCases.getClient(signedIn(context), id);
    return client && toClient(client);
  }

  @Query(() => [ClientType], {
    description: 'Clients by name. VALIDATION_FAILED at "first" when that is not 1 to 500.',
  })
  async clients(
    @Ctx() context: GraphqlContext,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Part of the name, in any case; wildcards are literal.',
    })
    search: string | null,
    @Arg('tier', () => ClientTierEnum, { nullable: true, description: 'Only clients of this tier.' })
    tier: ClientTier | null,
    @Arg('first', () => Int, { defaultValue: 100, description: 'How many at most, 1 to 500.' }) first: number,
  ): Promise<ClientType[]> {
    return (await this.useCases.listClients(signedIn(context), { search, tier, first })).map(toClient);
  }

  @Mutation(() => ClientType, { description: 'Adds a client. SUPERVISOR and ADMIN.' })
  async createClient(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => CreateClientInputType, { description: 'The new client.' }) input: CreateClientInputType,
  ): Promise<ClientType> {
    return toClient(await this.useCases.createClient(signedIn(context), input));
  }

  @Mutation(() => ClientType, {
    description:
      'Renames a client or changes its tier. SUPERVISOR and ADMIN. A change of tier recomputes the due instants of its open tickets: the first 500 before this answers, the rest in the background.',
  })
  async updateClient(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => UpdateClientInputType, { description: 'What to change.' }) input: UpdateClientInputType,
  ): Promise<ClientType> {
    return toClient(await this.useCases.updateClient(signedIn(context), input));
  }
}
