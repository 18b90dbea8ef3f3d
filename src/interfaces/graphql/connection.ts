import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Page } from '../../application/page.ts';

@ObjectType({ simpleResolvers: true, description: 'Where a page lies in its list, by the Relay specification.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follow: ask again with after: endCursor.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the list has elements before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first element; null when the page is empty.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last element; null when the page is empty.' })
  endCursor!: string | null;
}

export interface Edge<T> {
  cursor: string;
  node: T;
}

/** What a connection field answers with; `totalCount` is a function, so that nobody pays for it who does not ask. */
export interface Connection<T> {
  edges: Edge<T>[];
  nodes: T[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}

/** A use case's page as a connection, each node translated by `view`. */
export function toConnection<T, V>(page: Page<T>, view: (node: T) => V): Connection<V> {
  const edges = page.items.map((item) => ({ cursor: item.cursor, node: view(item.node) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.totalCount,
  };
}

/** The Edge and Connection types for `Node`, named as the Relay specification asks ("TicketEdge", "TicketConnection"). */
export function connectionTypes<T extends object>(Node: ClassType<T>, name: string) {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} and its place in the list.` })
  class NodeEdge implements Edge<T> {
    @Field(() => String, { description: 'Opaque place of the node in this list and order; give it as "after".' })
    cursor!: string;

    @Field(() => Node, { description: `The ${name}.` })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: `A page of a list of ${name}.` })
  class NodeConnection {
    @Field(() => [NodeEdge], { description: 'The page with a cursor for each element.' })
    edges!: Edge<T>[];

    @Field(() => [Node], { description: 'The page without cursors.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    pageInfo!: PageInfo;

    @Field(() => Int, { description: 'How many the whole list has; counted only when asked for.' })
    totalCount!: () => Promise<number>;
  }

  return { Edge: NodeEdge, Connection: NodeConnection };
}
