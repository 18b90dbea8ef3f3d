import type { Role } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { User } from '../../domain/user.ts';

export interface UserFilter {
  readonly role?: Role | null | undefined;
  readonly active?: boolean | null | undefined;
}

/** Reading the people who can sign in. */
export interface Users {
  /** The user with each id, in the order of `ids`; undefined where there is none, also for what is no UUID. */
  byIds(ids: readonly string[]): Promise<readonly (User | undefined)[]>;
  /** By name, then id; at most `limit`. */
  list(filter: UserFilter, limit: number): Promise<readonly User[]>;
}

/** What becomes of a user, and the fact of it; without `sessionsEnded` their sessions go on. */
export interface UserChange {
  readonly user: User;
  /** Ends every session of the user and is logged, in the same transaction. */
  readonly sessionsEnded?: NewEvent;
  /** Is logged, in the same transaction. */
  readonly activated?: NewEvent;
}

/** Changing the people who can sign in. */
export interface UserRegistry {
  /** Keeps a new user and logs the event; false, and nothing kept, when another has the email. */
  add(user: User, passwordHash: string, event: NewEvent): Promise<boolean>;
  /** As `add`, and false also when there is any user at all. */
  addFirst(user: User, passwordHash: string, event: NewEvent): Promise<boolean>;
  isEmpty(): Promise<boolean>;
  /**
   * Changes a user by `decide`, which sees them and the ids of all active ADMINs while nobody else can change any of these;
   * what it throws is thrown on, and nothing is changed. Returns the changed user; undefined when there is none.
   */
  change(id: string, decide: (user: User, activeAdminIds: readonly string[]) => UserChange): Promise<User | undefined>;
}
