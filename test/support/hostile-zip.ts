import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { ZipEntry } from './zip.ts';

/**
 * A part of `head`, `unit` over and over, and `tail`, deflated without ever being made: the packed bytes of the unit are
 * repeated. The checksum is right unless `isUnchecked`, which spares the time for a part that is refused long before its end.
 */
export function repeatedPart(
  name: string,
  { head = '', unit, times, tail = '', isUnchecked = false }: RepeatedPart,
): ZipEntry {
  const whole = Buffer.from(unit);
  const pieces = [packedPiece(head), ...Array<Buffer>(times).fill(packedPiece(whole)), deflateRawSync(tail)];
  const size = Buffer.byteLength(head) + whole.length * times + Buffer.byteLength(tail);
  let crc = crc32(head);
  if (!isUnchecked) for (let time = 0; time < times; time += 1) crc = crc32(whole, crc);
  return { name, data: Buffer.concat(pieces), claims: { method: 8, size, crc: isUnchecked ? 0 : crc32(tail, crc) } };
}

export interface RepeatedPart {
  readonly head?: string;
  readonly unit: string | Buffer;
  readonly times: number;
  readonly tail?: string;
  readonly isUnchecked?: boolean;
}

/** A deflate stream that does not end and depends on nothing before it, so that copies of it can follow each other. */
function packedPiece(content: string | Buffer): Buffer {
  return deflateRawSync(content, { finishFlush: constants.Z_FULL_FLUSH, level: 9 });
}

/** Text that does not compress well, the same every time. */
export function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (state % 26));
  }).join('');
}
