import { Field, ObjectType } from 'type-graphql';
import type { SignedIn } from '../../../application/session/issue-tokens.ts';
import { DateTime } from '../scalars.ts';
import { toUser, UserType } from '../user/user-type.ts';

@ObjectType({ simpleResolvers: true, description: 'What signing in gives.' })
export class AuthPayload {
  @Field(() => String, {
    description:
      'Send it as "authorization: Bearer <accessToken>" with each request, or in connectionParams of a WebSocket.',
  })
  readonly accessToken!: string;

  @Field(() => String, {
    description: 'Exchange it by the refresh mutation when the access token has expired; each can be used once.',
  })
  readonly refreshToken!: string;

  @Field(() => DateTime, { description: 'From this instant on the access token is refused.' })
  readonly accessTokenExpiresAt!: Date;

  @Field(() => UserType, { description: 'Who signed in.' })
  readonly user!: UserType;
}

/** The tokens as GraphQL shows them. */
export function toAuthPayload(signedIn: SignedIn): AuthPayload {
  return { ...signedIn, user: toUser(signedIn.user) };
}
