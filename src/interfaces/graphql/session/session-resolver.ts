import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { changePassword } from '../../../application/session/change-password.ts';
import type { login } from '../../../application/session/login.ts';
import type { logout } from '../../../application/session/logout.ts';
import type { logoutEverywhere } from '../../../application/session/logout-everywhere.ts';
import type { readOwnUser } from '../../../application/session/read-own-user.ts';
import type { refresh } from '../../../application/session/refresh.ts';
import { type GraphqlContext, signedIn } from '../context.ts';
import { toUser, UserType } from '../user/user-type.ts';
import { AuthPayload, toAuthPayload } from './auth-payload.ts';

/** What a `SessionResolver` calls. */
export interface SessionUseCases {
  readonly login: ReturnType<typeof login>;
  readonly refresh: ReturnType<typeof refresh>;
  readonly logout: ReturnType<typeof logout>;
  readonly logoutEverywhere: ReturnType<typeof logoutEverywhere>;
  readonly changePassword: ReturnType<typeof changePassword>;
  readonly readOwnUser: ReturnType<typeof readOwnUser>;
}

@Resolver()
export class SessionResolver {
  constructor(private readonly useCases: SessionUseCases) {}

  @Query(() => UserType, { description: 'The signed-in user.' })
  async me(@Ctx() context: GraphqlContext): Promise<UserType> {
    return toUser(await this.useCases.readOwnUser(signedIn(context)));
  }

  @Mutation(() => AuthPayload, {
    description:
      'Signs in. UNAUTHENTICATED, in the same words, for an unknown address, a wrong password and an inactive user.',
  })
  async login(
    @Arg('email', () => String, { description: "The user's email address, in any case." }) email: string,
    @Arg('password', () => String, { description: "The user's password." }) password: string,
  ): Promise<AuthPayload> {
    return toAuthPayload(await this.useCases.login({ email, password }));
  }

  @Mutation(() => AuthPayload, {
    description:
      'Exchanges a refresh token for a new pair. For 5 seconds the same token gives the same successor, until that is used; reuse after that ends the session. UNAUTHENTICATED for a token that is unknown, expired, used or revoked.',
  })
  async refresh(
    @Arg('refreshToken', () => String, { description: 'The newest refresh token of the session.' })
    refreshToken: string,
  ): Promise<AuthPayload> {
    return toAuthPayload(await this.useCases.refresh(refreshToken));
  }

  @Mutation(() => Boolean, {
    description:
      'Ends the session that a refresh token belongs to: it can no longer be refreshed. Its access token lasts until it expires. Always true.',
  })
  async logout(
    @Arg('refreshToken', () => String, { description: 'Any refresh token of the session.' }) refreshToken: string,
  ): Promise<boolean> {
    return this.useCases.logout(refreshToken);
  }

  @Mutation(() => Boolean, {
    description: 'Ends every session of the signed-in user at once, this one and open subscriptions included.',
  })
  async logoutEverywhere(@Ctx() context: GraphqlContext): Promise<boolean> {
    return this.useCases.logoutEverywhere(signedIn(context));
  }

  @Mutation(() => Boolean, {
    description:
      "Changes the signed-in user's password and ends all of their sessions at once, this one included. UNAUTHENTICATED when the current password is wrong.",
  })
  async changePassword(
    @Ctx() context: GraphqlContext,
    @Arg('current', () => String, { description: 'The password until now.' }) current: string,
    @Arg('next', () => String, { description: 'The password from now on: 8 characters to 72 bytes.' }) next: string,
  ): Promise<boolean> {
    return this.useCases.changePassword(signedIn(context), { current, next });
  }
}
