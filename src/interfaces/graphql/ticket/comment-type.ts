import { Field, ObjectType } from 'type-graphql';
import type { Comment } from '../../../application/ticket/ports.ts';
import { connectionTypes } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { present } from '../loaders.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';

@ObjectType('Comment', {
  implements: Node,
  simpleResolvers: true,
  description: 'What somebody of the desk wrote on a ticket.',
})
export class CommentType extends Node {
  readonly __typename = 'Comment';

  @Field(() => UserType, { description: 'Who wrote it.' })
  readonly author!: (args: unknown, context: GraphqlContext) => Promise<UserType>;

  @Field(() => String, { description: '1 to 20,000 characters.' })
  readonly body!: string;

  @Field(() => Boolean, { description: "Whether it is not for the client's eyes." })
  readonly internal!: boolean;

  @Field(() => DateTime, { description: 'When it was written.' })
  readonly createdAt!: Date;
}

export const { Connection: CommentConnection } = connectionTypes(CommentType, 'Comment');

/** A comment as GraphQL shows it. */
export function toComment({ id, authorId, body, internal, createdAt }: Comment): CommentType {
  return {
    __typename: 'Comment',
    id,
    body,
    internal,
    createdAt,
    author: async (_, { loaders }) => toUser(present(await loaders.user.load(authorId), `User ${authorId}`)),
  };
}
