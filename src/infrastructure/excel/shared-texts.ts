import { WorkbookError } from '../../application/workbook-reader.ts';
import { RichText } from './rich-text.ts';
import type { XmlHandler } from './xml-scanner.ts';

const BLOCK_BYTES = 1024 * 1024;
const RECENT = 4096;

/**
 * The texts that cells refer to by number, a million of them if need be. They lie outside of the JavaScript heap, one byte
 * for each UTF-16 unit where that is enough and else two, so that nothing is lost, and become strings when a cell asks.
 */
export class SharedTexts {
  readonly #maxBytes: number;
  readonly #blocks: Buffer[] = [];
  #blockUsed = BLOCK_BYTES;
  /** Where each text begins, counting through all blocks; and its bytes, negative when they are two to a unit. */
  #starts = new Float64Array(1024);
  #lengths = new Int32Array(1024);
  #count = 0;
  readonly #recent: { index: number; text: string }[] = Array.from({ length: RECENT }, () => ({ index: -1, text: '' }));

  /** `maxBytes`: what all texts together may take before `add` throws WorkbookError. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** Appends a text of at most 32,767 units under the next number. */
  add(text: string): void {
    if (this.#count === this.#lengths.length) this.#grow();
    const narrow = !/[^\0-\xff]/.test(text);
    const bytes = narrow ? text.length : text.length * 2;
    if (this.#blockUsed + bytes > BLOCK_BYTES) {
      if ((this.#blocks.length + 1) * BLOCK_BYTES > this.#maxBytes) {
        const limit = Math.round(this.#maxBytes / 1024 ** 2);
        throw new WorkbookError(`The workbook is too large: its texts take more than ${limit} MB of memory.`);
      }
      this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
      this.#blockUsed = 0;
    }
    this.#blocks.at(-1)?.write(text, this.#blockUsed, narrow ? 'latin1' : 'utf16le');
    this.#starts[this.#count] = (this.#blocks.length - 1) * BLOCK_BYTES + this.#blockUsed;
    this.#lengths[this.#count] = narrow ? bytes : -bytes;
    this.#blockUsed += bytes;
    this.#count += 1;
  }

  /** The text with this number, from 0; undefined when there is none. */
  at(index: number): string | undefined {
    if (!(index >= 0 && index < this.#count)) return undefined;
    const recent = this.#recent[index % RECENT];
    if (recent?.index === index) return recent.text;
    const start = this.#starts[index] ?? 0;
    const length = this.#lengths[index] ?? 0;
    const offset = start % BLOCK_BYTES;
    const block = this.#blocks[(start - offset) / BLOCK_BYTES];
    const text = block?.toString(length < 0 ? 'utf16le' : 'latin1', offset, offset + Math.abs(length)) ?? '';
    if (recent) {
      recent.index = index;
      recent.text = text;
    }
    return text;
  }

  #grow(): void {
    const starts = new Float64Array(this.#count * 2);
    starts.set(this.#starts);
    this.#starts = starts;
    const lengths = new Int32Array(this.#count * 2);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}

/** Fills `texts` from the part that holds them: `<sst><si>...</si>...</sst>`. */
export function sharedTextsHandler(texts: SharedTexts): XmlHandler {
  const text = new RichText(2);
  return {
    open(name, depth) {
      if (depth === 1 && name !== 'sst')
        throw new WorkbookError('The workbook is damaged: its shared texts are something else.');
      if (depth === 2) text.start();
      else text.open(name, depth);
    },
    text(value) {
      text.text(value);
    },
    close(name, depth) {
      if (depth > 2) text.close(depth);
      else if (name === 'si') texts.add(text.finish(`text number ${texts.count + 1}`));
    },
  };
}
