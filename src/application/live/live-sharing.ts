import type { Place } from './live-view.ts';

/** What was made of an event for all members of a group; it is sent as it is. */
export interface Payload {
  readonly bytes: number;
}

/** One of those who get the same. */
export interface Member<P extends Payload> {
  /** Takes them in order until it is slow; returns how many it took. One that has gone takes all, and keeps none. */
  give(payloads: readonly P[]): number;
  /** null: it takes more. Else it is slow: resolves once it takes more, or has gone. */
  busy(): Promise<void> | null;
}

/** How a subscriber takes part in a group. */
export interface Sharing<T, P extends Payload> {
  /** Those of the same audience with the same key are told the same. */
  readonly key: string;
  /** Makes what is sent. PersonalError: it was made for one of them alone. */
  make(value: T): Promise<P>;
  readonly member: Member<P>;
}

/** What was made looks at who it was made for: it cannot be shared after all. */
export class PersonalError extends Error {
  override readonly name = 'PersonalError';
}

/** How it ends for a member: with a failure; with nothing more to come; or it has to go on alone from its place. */
export type Leaving = { readonly failure: unknown } | { readonly last: true } | { readonly alone: Place };
