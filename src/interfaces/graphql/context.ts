import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Caller } from './caller.ts';
import type { LiveSubscriptions } from './live/live-subscription-resolver.ts';
import type { Loaders } from './loaders.ts';

/** What every resolver knows of the operation that it answers. */
export interface GraphqlContext extends Caller {
  readonly loaders: Loaders;
  readonly subscriptions: LiveSubscriptions;
  /** The address at which the rejected rows of an import can be downloaded, without signing in, for a while. */
  readonly errorWorkbookUrl: (importId: string) => string;
}

/** The signed-in actor; else UNAUTHENTICATED, or why the token that was sent was refused. */
export function signedIn(context: Caller): Actor {
  if (context.actor) return context.actor;
  if (context.authenticationError) throw context.authenticationError;
  throw new DomainError(
    'UNAUTHENTICATED',
    'Sign in first: send "authorization: Bearer <accessToken>" from the login mutation.',
    {},
  );
}
