import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Rather one piece of memory than a dozen. */
const AT_ONCE = 256 * 1024;

/** A text deflated by little, which costs less than to write it whole. */
export function packText(text: string): Buffer {
  return deflateRawSync(text, { level: 1, chunkSize: AT_ONCE });
}

/** The text of what `packText` made. */
export function unpackText(packed: Uint8Array): string {
  return inflateRawSync(packed, { chunkSize: AT_ONCE }).toString();
}
