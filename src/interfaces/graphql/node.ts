import { Field, ID, InterfaceType } from 'type-graphql';

/**
 * What every view of a thing with an id carries: `__typename` is the name of its GraphQL type, by which the Node interface
 * knows what it has in hand.
 */
@InterfaceType('Node', {
  description: 'Anything that has an id of its own and can be read again by node(id).',
  resolveType: (view: Node) => view.__typename,
})
export abstract class Node {
  abstract readonly __typename: string;

  @Field(() => ID, { description: 'A UUID, unique among things of every type.' })
  readonly id!: string;
}
