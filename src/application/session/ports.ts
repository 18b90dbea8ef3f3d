import type { Role } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { RefreshOutcome, RefreshToken } from '../../domain/refresh-token.ts';
import type { User } from '../../domain/user.ts';

/** A user with what signing in needs to know of them. */
export interface Account {
  readonly user: User;
  readonly passwordHash: string;
  readonly sessionEpoch: number;
}

/** What a user may do now; a token that says otherwise is refused. */
export interface Standing {
  readonly role: Role;
  readonly active: boolean;
  readonly sessionEpoch: number;
}

/** What an access token carries beside its own dates and names. */
export interface AccessClaims {
  readonly userId: string;
  readonly role: Role;
  /** The user's session epoch when it was issued. */
  readonly sessionEpoch: number;
}

/** Short-lived signed tokens that are sent with each request. */
export interface AccessTokens {
  /** Signs `claims`; `expiresAt` has whole seconds. */
  issue(claims: AccessClaims, now: Date): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** The claims of a token that we signed, for this audience, and that has not expired at `now`; else undefined. */
  verify(token: string, now: Date): Promise<(AccessClaims & { readonly expiresAt: Date }) | undefined>;
}

/** The opaque texts of refresh tokens; only `hash` of them is ever kept. */
export interface RefreshSecrets {
  /** A new random text of 256 bits. */
  create(): string;
  /**
   * The text that follows `token`: always the same, and nobody without our key can tell it. After it, while the key is being
   * replaced, the text that the other key makes of it: a successor may have been kept before the change.
   */
  successorsOf(token: string): readonly [string, ...string[]];
  /** SHA-256 of the text. */
  hash(token: string): Uint8Array;
}

/** Password hashing. */
export interface Passwords {
  /** @throws when the password does not fit: see `checkNewPassword`. */
  hash(password: string): Promise<string>;
  /** Whether `password` is the one of `hash`. Without a hash it is false, after the same work. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

/** A presented refresh token and all that its fate depends on. */
export interface PresentedToken {
  readonly token: RefreshToken;
  readonly successor: RefreshToken | undefined;
  readonly user: User;
  readonly sessionEpoch: number;
}

/** Sign-ins and what they rest on. Everything about one user's sessions happens one after another. */
export interface Sessions {
  /** `email` trimmed and lower-cased. */
  accountByEmail(email: string): Promise<Account | undefined>;
  accountById(userId: string): Promise<Account | undefined>;
  /** Read for every request. */
  standingOf(userId: string): Promise<Standing | undefined>;
  /** Keeps the first token of a family; false, and nothing kept, when the user is inactive or past `sessionEpoch` by now. */
  open(token: RefreshToken, sessionEpoch: number): Promise<boolean>;
  /**
   * Finds the token with this hash, asks `judge` while nobody else touches that user's sessions, and keeps what it says:
   * ROTATE marks the token used and keeps `successor`, REPLAYED revokes the family, the others change nothing. The token that
   * it was exchanged for has one of `successorHashes`. Returns what was found and said; undefined when there is no such token.
   */
  exchange(
    hash: Uint8Array,
    successorHashes: readonly Uint8Array[],
    judge: (presented: PresentedToken) => RefreshJudgement,
  ): Promise<(PresentedToken & { readonly outcome: RefreshOutcome }) | undefined>;
  /** Revokes the family that the token with this hash belongs to; nothing when there is none. */
  endFamily(hash: Uint8Array, now: Date): Promise<void>;
  /** Ends every session of the event's subject and logs the event, in one transaction. */
  endAll(event: NewEvent): Promise<void>;
  /** As `endAll`, with a new password hash; false, and nothing changed, when the user is inactive or past `sessionEpoch`. */
  changePassword(passwordHash: string, sessionEpoch: number, event: NewEvent): Promise<boolean>;
  /** Forgets tokens that expired before `now`; returns how many. */
  prune(now: Date): Promise<number>;
}

/** What is to become of a presented token; `at` is the instant it was judged at. */
export type RefreshJudgement =
  | { readonly outcome: 'ROTATE'; readonly at: Date; readonly successor: RefreshToken }
  | { readonly outcome: Exclude<RefreshOutcome, 'ROTATE'>; readonly at: Date };
