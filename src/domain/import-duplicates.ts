/** Slots are four numbers: three of the hash and the row number, where 0 means empty (row numbers begin at 1). */
const SLOT = 4;

/** Above this share of used slots, probing gets slow. */
const FULLEST = 0.75;

/**
 * Remembers which row named an external id first, in about 16 bytes for each: 32 MiB for a million ids. An id is known by
 * 96 bits of MurmurHash3, so among a million ids the chance that two are taken for one is about 1 in 10^17.
 */
export class FirstRows {
  #slots: Uint32Array;
  #used = 0;

  constructor(capacity = 1 << 12) {
    this.#slots = new Uint32Array(capacity * SLOT);
  }

  /** Records that `rowNumber` names `externalId`. Returns the earlier row that did so already, or null when this is the first. */
  claim(externalId: string, rowNumber: number): number | null {
    const [a, b, c] = murmur3(externalId);
    const found = this.#place(a, b, c, rowNumber);
    if (found !== null) return found === rowNumber ? null : found;
    this.#used += 1;
    if (this.#used > (this.#slots.length / SLOT) * FULLEST) this.#grow();
    return null;
  }

  #place(a: number, b: number, c: number, rowNumber: number): number | null {
    const slots = this.#slots;
    const mask = slots.length / SLOT - 1;
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * SLOT;
      const taken = slots[at + 3] ?? 0;
      if (taken === 0) {
        slots[at] = a;
        slots[at + 1] = b;
        slots[at + 2] = c;
        slots[at + 3] = rowNumber;
        return null;
      }
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return taken;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += SLOT) {
      const rowNumber = old[at + 3] ?? 0;
      if (rowNumber !== 0) this.#place(old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, rowNumber);
    }
  }
}

/** Why a row is dead that repeats an external id of the file. */
export function duplicateReason(firstRow: number): string {
  return `externalId repeats that of row ${firstRow}; the earliest row of a file wins.`;
}

/** The earlier row that a reason by `duplicateReason` names, so that a retry fails the same way; else null. */
export function duplicateOf(reasons: readonly string[]): number | null {
  for (const reason of reasons) {
    const match = /^externalId repeats that of row (\d+); the earliest row of a file wins\.$/.exec(reason);
    if (match) return Number(match[1]);
  }
  return null;
}

/** The first 96 bits of MurmurHash3 x86 128 (Austin Appleby, public domain) over the text's UTF-16 code units. */
function murmur3(text: string): [number, number, number] {
  const c1 = 0x239b961b;
  const c2 = 0xab0e9789;
  const c3 = 0x38b34ae5;
  const c4 = 0xa1e38b93;
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const word = (at: number) => text.charCodeAt(at) | 0 | ((text.charCodeAt(at + 1) | 0) << 16);
  // Past the end charCodeAt is NaN, which | 0 makes 0: the tail is padded with zeros, and the length below tells paddings apart.
  for (let at = 0; at < text.length; at += 8) {
    h1 = Math.imul(rotl(h1 ^ Math.imul(rotl(Math.imul(word(at), c1), 15), c2), 19) + h2, 5) + 0x561ccd1b;
    h2 = Math.imul(rotl(h2 ^ Math.imul(rotl(Math.imul(word(at + 2), c2), 16), c3), 17) + h3, 5) + 0x0bcaa747;
    h3 = Math.imul(rotl(h3 ^ Math.imul(rotl(Math.imul(word(at + 4), c3), 17), c4), 15) + h4, 5) + 0x96cd1c35;
    h4 = Math.imul(rotl(h4 ^ Math.imul(rotl(Math.imul(word(at + 6), c4), 18), c1), 13) + h1, 5) + 0x32ac3b17;
  }
  const mixed = [h1 ^ text.length, h2 ^ text.length, h3 ^ text.length, h4 ^ text.length] as const;
  const sum = (mixed[0] + mixed[1] + mixed[2] + mixed[3]) | 0;
  const [f1, f2, f3, f4] = [finish(sum), finish(mixed[1] + sum), finish(mixed[2] + sum), finish(mixed[3] + sum)];
  const total = (f1 + f2 + f3 + f4) | 0;
  return [total >>> 0, (f2 + total) >>> 0, (f3 + total) >>> 0];
}

function rotl(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function finish(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
