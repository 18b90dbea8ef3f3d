import type { Actor } from '../../domain/actor.ts';

/** What the transport knows of whoever sent an operation; HTTP and WebSocket make it alike. */
export interface Caller {
  /** null: nobody is signed in. */
  readonly actor: Actor | null;
  /** Why the bearer token that was sent did not sign anybody in; thrown by whatever needs an actor. */
  readonly authenticationError?: Error | null;
  readonly requestId: string;
  /** The caller's address, by TRUST_PROXY. */
  readonly ip: string;
  /** Scheme and host that the request was sent to, by TRUST_PROXY, like https://desk.example.com; of a socket: its upgrade. */
  readonly origin: string;
  /** Aborted when the operation runs out of time or its caller has gone. */
  readonly signal?: AbortSignal;
}

/** Turns an access token into an actor. Throws UNAUTHENTICATED for a bad or expired one. */
export type Authenticate = (bearer: string) => Promise<{ readonly actor: Actor; readonly expiresAt: Date }>;
