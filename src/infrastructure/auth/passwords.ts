import { hash, verify } from '@node-rs/bcrypt';
import type { Passwords } from '../../application/session/ports.ts';
import { fitsHash, MAX_PASSWORD_BYTES } from '../../domain/password.ts';

/**
 * bcrypt of the given cost, off the main thread. Makes one hash at the start, to compare with where a user is unknown. Hashes that
 * were made at a lower cost take as long to compare as those of now, else they would tell that there is a user.
 */
export async function bcryptPasswords(options: { readonly cost: number }): Promise<Passwords> {
  const nobodysHash = await hash('a password that is compared and never accepted', options.cost);
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
