import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  ERROR_WORKBOOK_LINK_MINUTES,
  type ErrorWorkbookLink,
  type ErrorWorkbookLinks,
} from '../../application/import/error-workbook-links.ts';

const LABEL = 'techsupport-pro error-workbook link';
const KEY_BYTES = 32;

/**
 * Links signed with HMAC-SHA256. `secret` is the one of the access tokens; the key is derived from it by HKDF under a label of
 * its own, so that neither use tells anything about the other. Links of `previousSecret` are accepted, while one replaces the other.
 */
export function signedErrorWorkbookLinks(
  secret: string | Uint8Array,
  previousSecret?: string | Uint8Array,
): ErrorWorkbookLinks {
  const key = keyOf(secret);
  const accepted = [key, ...(previousSecret ? [keyOf(previousSecret)] : [])];
  return {
    create(importId, now) {
      const minute = Math.ceil(now.getTime() / 60_000) + ERROR_WORKBOOK_LINK_MINUTES;
      const expires = String(minute * 60);
      return { importId, expires, signature: signatureOf(key, { importId, expires }) };
    },
    check(link, now) {
      const given = Buffer.from(link.signature);
      const isOurs = accepted.some((each) => {
        const expected = Buffer.from(signatureOf(each, link));
        return expected.length === given.length && timingSafeEqual(expected, given);
      });
      if (!isOurs) return 'wrong';
      return now.getTime() < Number(link.expires) * 1_000 ? 'valid' : 'expired';
    },
  };
}

function keyOf(secret: string | Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', LABEL, KEY_BYTES));
}

function signatureOf(key: Buffer, { importId, expires }: Omit<ErrorWorkbookLink, 'signature'>): string {
  return createHmac('sha256', key).update(`${importId}\n${expires}`).digest('base64url');
}
