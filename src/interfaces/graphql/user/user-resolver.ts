import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { listUsers } from '../../../application/user/list-users.ts';
import type { registerUser } from '../../../application/user/register-user.ts';
import type { setUserActive } from '../../../application/user/set-user-active.ts';
import type { setUserRole } from '../../../application/user/set-user-role.ts';
import type { Role } from '../../../domain/enums.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { RoleEnum } from '../enums.ts';
import { RegisterUserInputType } from './register-user-input.ts';
import { toUser, UserType } from './user-type.ts';

/** What a `UserResolver` calls. */
export interface UserUseCases {
  readonly listUsers: ReturnType<typeof listUsers>;
  readonly registerUser: ReturnType<typeof registerUser>;
  readonly setUserRole: ReturnType<typeof setUserRole>;
  readonly setUserActive: ReturnType<typeof setUserActive>;
}

@Resolver(() => UserType)
export class UserResolver {
  constructor(private readonly useCases: UserUseCases) {}

  @Query(() => [UserType], { description: 'Users by name. VALIDATION_FAILED at "first" when that is not 1 to 500.' })
  async users(
    @Ctx() context: GraphqlContext,
    @Arg('role', () => RoleEnum, { nullable: true, description: 'Only users of this role.' }) role: Role | null,
    @Arg('active', () => Boolean, { nullable: true, description: 'Only users who can, or cannot, sign in.' })
    active: boolean | null,
    @Arg('first', () => Int, { defaultValue: 100, description: 'How many at most, 1 to 500.' }) first: number,
  ): Promise<UserType[]> {
    const users = await this.useCases.listUsers(signedIn(context), { role, active }, first);
    return users.map(toUser);
  }

  @Mutation(() => UserType, {
    description: 'Adds a user who can sign in at once. ADMIN only. CONFLICT when another user has the email address.',
  })
  async registerUser(
    @Ctx() context: GraphqlContext,
    @Arg('input', () => RegisterUserInputType, { description: 'The new user.' }) input: RegisterUserInputType,
  ): Promise<UserType> {
    return toUser(await this.useCases.registerUser(signedIn(context), input));
  }

  @Mutation(() => UserType, {
    description:
      'Lets a user sign in again, or keeps them out and ends all of their sessions at once. ADMIN only. CONFLICT for the last active ADMIN.',
  })
  async setUserActive(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'The user.' }) id: string,
    @Arg('active', () => Boolean, { description: 'Whether the user may sign in.' }) active: boolean,
  ): Promise<UserType> {
    return toUser(await this.useCases.setUserActive(signedIn(context), id, active));
  }

  @Mutation(() => UserType, {
    description:
      'Gives another user a role and ends all of their sessions at once. ADMIN only. FORBIDDEN for oneself, CONFLICT for the last active ADMIN.',
  })
  async setUserRole(
    @Ctx() context: GraphqlContext,
    @Arg('id', () => ID, { description: 'The user.' }) id: string,
    @Arg('role', () => RoleEnum, { description: 'What the user may do from now on.' }) role: Role,
  ): Promise<UserType> {
    return toUser(await this.useCases.setUserRole(signedIn(context), id, role));
  }
}
