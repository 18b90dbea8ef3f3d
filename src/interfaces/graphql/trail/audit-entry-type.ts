import { Field, ID, ObjectType } from 'type-graphql';
import type { AuditEntry } from '../../../domain/trail.ts';
import { connectionTypes } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';

@ObjectType('AuditEntry', {
  implements: Node,
  simpleResolvers: true,
  description: 'Who did what, when and from where, and what came of it. It never changes and holds no secrets.',
})
export class AuditEntryType extends Node {
  readonly __typename = 'AuditEntry';

  @Field(() => UserType, {
    nullable: true,
    description: 'Who did it; null: nobody was signed in, as in a sign-in that failed.',
  })
  readonly actor!: (args: unknown, context: GraphqlContext) => Promise<UserType | null>;

  @Field(() => String, { description: 'The mutation, by its name in this schema.' })
  readonly action!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'What it was done to: the ticket (also for a comment), client, user (also for sessions) or import. null: nothing with an id, such as an SLA policy, or nothing that the call named.',
  })
  readonly subjectId!: string | null;

  @Field(() => String, { nullable: true, description: 'The address that it came from, by TRUST_PROXY.' })
  readonly ip!: string | null;

  @Field(() => Boolean, { description: 'Whether it was done; else it was refused or failed, and changed nothing.' })
  readonly succeeded!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'JSON text: what changed of the subject, as it was. null: it was not there before, or nothing changed.',
  })
  readonly before!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'JSON text: what changed of the subject, as it became. null: nothing changed. Of what did not succeed: the errorCode and what was asked for, long texts cut, secrets left out.',
  })
  readonly after!: string | null;

  @Field(() => DateTime, { description: 'When it was done, or was refused.' })
  readonly occurredAt!: Date;
}

const types = connectionTypes(AuditEntryType, 'AuditEntry');
export const AuditEntryConnection = types.Connection;

/** An entry as GraphQL shows it. */
export function toAuditEntry({ actorId, requestId: _, ...entry }: AuditEntry): AuditEntryType {
  return {
    __typename: 'AuditEntry',
    ...entry,
    actor: async (_, { loaders }) => {
      const user = actorId && (await loaders.user.load(actorId));
      return user ? toUser(user) : null;
    },
  };
}
