import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../domain/actor.ts';
import { asUuid } from '../../domain/uuid.ts';
import { type GraphqlContext, signedIn } from './context.ts';
import { Node } from './node.ts';

/** Finds the view of one type's thing that the actor may know of; null when there is none with this id. */
export type FindNode = (actor: Actor, id: string) => Promise<Node | null>;

@Resolver()
export class NodeResolver {
  readonly #finders: readonly FindNode[];

  /** One finder for each type that implements Node. */
  constructor(finders: readonly FindNode[]) {
    this.#finders = finders;
  }

  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its id; null when there is nothing with it that the caller may know of.',
  })
  async node(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'A UUID.' }) id: string,
  ): Promise<Node | null> {
    const actor = signedIn(context);
    const uuid = asUuid(id);
    if (!uuid) return null;
    const found = await Promise.all(this.#finders.map((find) => find(actor, uuid)));
    return found.find((node) => node !== null) ?? null;
  }
}
