import { hash, verify } from '@node-rs/bcrypt';
import type { Passwords } from '../../application/session/ports.ts';
import { fitsHash, MAX_PASSWORD_BYTES } from '../../domain/password.ts';

/** bcrypt of the given cost, off the main thread. Makes one hash at the start, to compare with where a user is unknown. */
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
      const same = await verify(fits ? password : '', passwordHash ?? nobodysHash);
      return same && fits && passwordHash !== undefined;
    },
  };
}
