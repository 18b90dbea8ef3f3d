import { createHash } from 'node:crypto';

const LOW_ROW_BITS = 20n;
const HASH_BITS = 42n;

/**
 * The id of the letter of an import's row: always the same, so that writing it twice makes one letter. A UUID of version 8 that
 * begins with the instant in the import's id and goes on with the row number, so that letters of one instant sort as in the
 * sheet; the other 42 bits are a hash of the import's id.
 */
export function letterId(importId: string, rowNumber: number): string {
  const hash = BigInt(createHash('sha256').update(importId).digest().readUIntBE(0, 6)) & ((1n << HASH_BITS) - 1n);
  const instant = BigInt(`0x${importId.replaceAll('-', '').slice(0, 12)}`);
  const row = BigInt(rowNumber);
  const lowRow = row & ((1n << LOW_ROW_BITS) - 1n);
  const high = (instant << 16n) | (8n << 12n) | (row >> LOW_ROW_BITS);
  const low = (2n << 62n) | (lowRow << HASH_BITS) | hash;
  const hex = high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
