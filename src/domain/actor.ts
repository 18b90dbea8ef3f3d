import type { Role } from './enums.ts';

/** Who acts: a signed-in user whose token was checked. The system itself acts without an actor (null in events). */
export interface Actor {
  readonly id: string;
  readonly role: Role;
}
