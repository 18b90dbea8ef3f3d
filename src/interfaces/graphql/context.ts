import type { Actor } from '../../domain/actor.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Loaders } from './loaders.ts';

/** What every resolver knows of the operation that it answers. */
export interface GraphqlContext {
  /** null: nobody is signed in. */
  readonly actor: Actor | null;
  readonly requestId: string;
  /** The caller's address, by TRUST_PROXY. */
  readonly ip: string;
  readonly loaders: Loaders;
}

/** The signed-in actor; else UNAUTHENTICATED. */
export function signedIn(context: GraphqlContext): Actor {
  if (context.actor) return context.actor;
  throw new DomainError('UNAUTHENTICATED', 'Sign in first: send "authorization: Bearer <accessToken>" from the login mutation.', {});
}
