import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { RefreshSecrets } from '../../application/session/ports.ts';

/**
 * Refresh tokens of 256 bits as base64url. `secret` is the one of the access tokens; the key that successors are derived
 * with is made from it, so that neither use tells anything about the other. A successor that was derived by `previousSecret` is
 * known as one, while one replaces the other.
 */
export function refreshSecrets(secret: string | Uint8Array, previousSecret?: string | Uint8Array): RefreshSecrets {
  const key = keyOf(secret);
  const previous = previousSecret ? [keyOf(previousSecret)] : [];
  const successor = (by: Buffer, token: string) => createHmac('sha256', by).update(token).digest('base64url');
  return {
    create: () => randomBytes(32).toString('base64url'),
    successorsOf: (token) => [successor(key, token), ...previous.map((each) => successor(each, token))],
    // Nothing slower is needed: the token is random, not a password that somebody could guess.
    hash: (token) => createHash('sha256').update(token).digest(),
  };
}

function keyOf(secret: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update('techsupport-pro refresh-token successor').digest();
}
