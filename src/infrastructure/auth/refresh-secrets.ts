import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { RefreshSecrets } from '../../application/session/ports.ts';

/**
 * Refresh tokens of 256 bits as base64url. `secret` is the one of the access tokens; the key that successors are derived
 * with is made from it, so that neither use tells anything about the other.
 */
export function refreshSecrets(secret: string | Uint8Array): RefreshSecrets {
  const key = createHmac('sha256', secret).update('techsupport-pro refresh-token successor').digest();
  return {
    create: () => randomBytes(32).toString('base64url'),
    successorOf: (token) => createHmac('sha256', key).update(token).digest('base64url'),
    // Nothing slower is needed: the token is random, not a password that somebody could guess.
    hash: (token) => createHash('sha256').update(token).digest(),
  };
}
