import { endianness } from 'node:os';

/** So many zeros follow the units of a text: whoever looks a little ahead finds nothing there. */
const ZEROS = 16;
const FEWEST = 128 * 1024;
const HAS_SMALL_END_FIRST = endianness() === 'LE';

/**
 * The UTF-16 units of a text as an array of numbers. Looking at them there is several times as fast as asking the string for
 * each. The array is used again for the next text.
 */
export class UnitCodes {
  #codes = new Uint16Array(0);
  #bytes = Buffer.alloc(0);

  of(text: string): Uint16Array {
    if (this.#codes.length < text.length + ZEROS) {
      this.#codes = new Uint16Array(Math.max(FEWEST, text.length * 2) + ZEROS);
      this.#bytes = Buffer.from(this.#codes.buffer);
    }
    this.#bytes.write(text, 0, 'utf16le');
    if (!HAS_SMALL_END_FIRST) this.#bytes.subarray(0, text.length * 2).swap16();
    this.#codes.fill(0, text.length, text.length + ZEROS);
    return this.#codes;
  }
}
