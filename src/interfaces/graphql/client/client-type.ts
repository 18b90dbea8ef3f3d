import { Field, Int, ObjectType } from 'type-graphql';
import type { Client } from '../../../application/client/ports.ts';
import type { ClientTier } from '../../../domain/enums.ts';
import type { GraphqlContext } from '../context.ts';
import { ClientTierEnum } from '../enums.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';

@ObjectType('Client', {
  implements: Node,
  simpleResolvers: true,
  description: 'A customer of the desk; the tier decides by which SLA policy its tickets are served.',
})
export class ClientType extends Node {
  readonly __typename = 'Client';

  @Field(() => String, { description: 'Its name; not necessarily unique.' })
  readonly name!: string;

  @Field(() => ClientTierEnum, { description: 'The policy that its tickets run under.' })
  readonly tier!: ClientTier;

  @Field(() => Int, { description: 'How many of its tickets are neither resolved nor closed nor deleted.' })
  readonly openTickets!: (args: unknown, context: GraphqlContext) => Promise<number>;

  @Field(() => DateTime, { description: 'When it was added.' })
  readonly createdAt!: Date;
}

/** A client as GraphQL shows it. */
export function toClient(client: Client): ClientType {
  return { __typename: 'Client', ...client, openTickets: (_, { loaders }) => loaders.openTickets.load(client.id) };
}
