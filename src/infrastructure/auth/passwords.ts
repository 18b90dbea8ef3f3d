import { hash, verify } from '@node-rs/bcrypt';
import type { Passwords } from '../../application/session/ports.ts';
import { fitsHash, MAX_PASSWORD_BYTES } from '../../domain/password.ts';

/** Salt and digest of random bytes that nobody kept. At another cost than theirs they are the hash of nothing known at all. */
const NOBODYS = 'zVVWYs3E8awlX1b4t8MPlOnvNz/SRN0dZ6gWOlN7sY2dlH9cFI7kG';

/**
 * bcrypt of the given cost, off the main thread. Where a user is unknown it compares with the hash of nobody's password. Hashes that
 * were made at a lower cost take as long to compare as those of now, else they would tell that there is a user.
 */
export function bcryptPasswords(options: { readonly cost: number }): Passwords {
  // Not made here: at a cost that is worth its name that would be a third of the start.
  const nobodysHash = `$2b$${String(options.cost).padStart(2, '0')}$${NOBODYS}`;
  return {
    async hash(password) {
      // bcrypt would cut it silently.
      if (!fitsHash(password)) throw new RangeError(`A password has at most ${MAX_PASSWORD_BYTES} bytes.`);
      return hash(password, options.cost);
    },
    async matches(password, passwordHash) {
      const fits = fitsHash(password);
      const compared = passwordHash ?? nobodysHash;
      const same = await verify(fits ? password : '', compared);
      // Each step doubles the work: a hash at every cost from that one up to ours makes up for the difference.
      for (let cost = costOf(compared); cost < options.cost; cost += 1) await hash('', cost);
      return same && fits && passwordHash !== undefined;
    },
  };
}

/** "$2b$12$…": 12. */
function costOf(passwordHash: string): number {
  return Number(passwordHash.split('$')[2]);
}
