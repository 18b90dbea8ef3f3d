import type { Random } from '../../src/infrastructure/excel/generate/random.ts';

type ByteChange = (random: Random, bytes: Buffer) => Buffer;

const place = (random: Random, bytes: Buffer) => random.whole(0, Math.max(0, bytes.length - 1));

function range(random: Random, bytes: Buffer): readonly [number, number] {
  const start = place(random, bytes);
  return [start, Math.min(bytes.length, start + random.whole(1, random.pick([4, 40, 400, 40_000])))];
}

/** Numbers at which sizes and places go wrong. */
const EDGES = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;

/** The records of a zip archive begin with these letters; what follows within 46 bytes is sizes, places and flags. */
function record(random: Random, bytes: Buffer): number {
  const at = bytes.indexOf('PK', place(random, bytes));
  return at === -1 ? Math.max(0, bytes.lastIndexOf('PK')) : at;
}

const BYTE_CHANGES: readonly [ByteChange, ...ByteChange[]] = [
  function flipBits(random, bytes) {
    const changed = Buffer.from(bytes);
    for (let count = random.whole(1, 8); count > 0; count -= 1) {
      const at = place(random, changed);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.whole(0, 7));
    }
    return changed;
  },
  function truncate(random, bytes) {
    return bytes.subarray(0, random.whole(0, bytes.length));
  },
  function cutOutOrDouble(random, bytes) {
    const [start, end] = range(random, bytes);
    const times = random.whole(0, 3);
    return Buffer.concat([
      bytes.subarray(0, start),
      ...Array<Buffer>(times).fill(bytes.subarray(start, end)),
      bytes.subarray(end),
    ]);
  },
  function insertJunk(random, bytes) {
    const at = place(random, bytes);
    const junk = Buffer.from(Array.from({ length: random.whole(1, 200) }, () => random.whole(0, 255)));
    return Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at)]);
  },
  function swapRanges(random, bytes) {
    const [a, b] = [place(random, bytes), place(random, bytes)].sort((x, y) => x - y) as [number, number];
    const length = Math.min(random.whole(1, 400), b - a, bytes.length - b);
    const changed = Buffer.from(bytes);
    bytes.copy(changed, a, b, b + length);
    bytes.copy(changed, b, a, a + length);
    return changed;
  },
  function lieInRecord(random, bytes) {
    const changed = Buffer.from(bytes);
    const at = record(random, changed) + random.whole(4, 46);
    const value = random.pick(EDGES);
    if (at + 4 > changed.length) return changed;
    if (random.chance(0.5)) changed.writeUInt32LE(value, at);
    else changed.writeUInt16LE(value & 0xffff, at);
    return changed;
  },
];

/** The bytes of a file after one to three things happened to them on their way. */
export function damaged(random: Random, bytes: Buffer): Buffer {
  let changed = bytes;
  for (let count = random.whole(1, 3); count > 0 && changed.length > 0; count -= 1) {
    changed = random.pick(BYTE_CHANGES)(random, changed);
  }
  return changed;
}
