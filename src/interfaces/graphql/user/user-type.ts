import { Field, ObjectType } from 'type-graphql';
import type { Role } from '../../../domain/enums.ts';
import type { User } from '../../../domain/user.ts';
import { RoleEnum } from '../enums.ts';
import { Node } from '../node.ts';
import { DateTime } from '../scalars.ts';

@ObjectType('User', {
  implements: Node,
  simpleResolvers: true,
  description: 'A person who can sign in: an agent, a supervisor or an administrator.',
})
export class UserType extends Node {
  readonly __typename = 'User';

  @Field(() => String, { description: 'Lower-cased; what the user signs in with.' })
  readonly email!: string;

  @Field(() => String, { description: "The person's name, as others see it." })
  readonly name!: string;

  @Field(() => RoleEnum, { description: 'What the user may do.' })
  readonly role!: Role;

  @Field(() => Boolean, { description: 'Whether the user can sign in and be assigned tickets.' })
  readonly active!: boolean;

  @Field(() => DateTime, { description: 'When the user was registered.' })
  readonly createdAt!: Date;
}

/** A user as GraphQL shows them. */
export function toUser(user: User): UserType {
  return { __typename: 'User', ...user };
}
