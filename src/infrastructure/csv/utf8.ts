/** By the first byte of a character: the least and the greatest second byte, and how many bytes it has (RFC 3629, section 4). */
function shapeOf(first: number): readonly [least: number, greatest: number, length: number] | null {
  if (first >= 0xc2 && first <= 0xdf) return [0x80, 0xbf, 2];
  if (first === 0xe0) return [0xa0, 0xbf, 3];
  if (first === 0xed) return [0x80, 0x9f, 3];
  if (first >= 0xe1 && first <= 0xef) return [0x80, 0xbf, 3];
  if (first === 0xf0) return [0x90, 0xbf, 4];
  if (first >= 0xf1 && first <= 0xf3) return [0x80, 0xbf, 4];
  if (first === 0xf4) return [0x80, 0x8f, 4];
  return null;
}

/** The length of the character at `at`; 0 when there is none, -1 when it may be one whose end has not come. */
function characterAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const shape = shapeOf(first);
  if (shape === null) return 0;
  const [least, greatest, length] = shape;
  for (let next = 1; next < length; next += 1) {
    const byte = bytes[at + next];
    if (byte === undefined) return -1;
    if (byte < (next === 1 ? least : 0x80) || byte > (next === 1 ? greatest : 0xbf)) return 0;
  }
  return length;
}

/** Where the first bytes begin that are no character, or not a whole one; the length when there are none. */
export function firstBadByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = characterAt(bytes, at);
    if (length <= 0) return at;
    at += length;
  }
  return at;
}

/** Where the character begins that the end of `bytes` may have cut; the length when the end is no cut. */
export function startOfCut(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let at = length - 1; at >= 0 && at >= length - 3; at -= 1) {
    if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return characterAt(bytes, at) < 0 ? at : length;
  }
  return length;
}
