import { WorkbookError } from '../../application/workbook-reader.ts';
import { assertCellLength, RichText } from './rich-text.ts';
import type { XmlHandler } from './xml-scanner.ts';
import { decodeOfficeEscapes, decodeXmlText } from './xml-text.ts';

const BLOCK_BYTES = 1024 * 1024;
const RECENT = 4096;
/** Longer texts are not kept as strings: 4096 of them at Excel's limit would fill the heap. */
const MAX_RECENT_LENGTH = 512;
/** Without it, a small part of nothing but empty texts would be read for long. */
const MAX_TEXTS = 8 * 1024 ** 2;
/** Texts in one block of the index, and what that takes: a 32-bit place and a 32-bit length for each. */
const INDEX_TEXTS = 65_536;
const INDEX_BYTES = INDEX_TEXTS * 8;

/**
 * The texts that cells refer to by number, a million of them if need be. They lie outside of the JavaScript heap, one byte
 * for each UTF-16 unit where that is enough and else two, so that nothing is lost, and become strings when a cell asks.
 */
export class SharedTexts {
  readonly #maxBytes: number;
  readonly #blocks: Buffer[] = [];
  #blockUsed = BLOCK_BYTES;
  /** For each text where it begins, counting through all blocks, and its bytes, negative when they are two to a unit. */
  readonly #index: Int32Array[] = [];
  #count = 0;
  /** UTF-16 units of all of them. */
  length = 0;
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
    const slot = (this.#count % INDEX_TEXTS) * 2;
    if (slot === 0) {
      this.#assertRoomFor(INDEX_BYTES);
      this.#index.push(new Int32Array(INDEX_TEXTS * 2));
    }
    const narrow = !/[^\0-\xff]/.test(text);
    const bytes = narrow ? text.length : text.length * 2;
    if (this.#blockUsed + bytes > BLOCK_BYTES) {
      this.#assertRoomFor(BLOCK_BYTES);
      this.#blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
      this.#blockUsed = 0;
    }
    this.#blocks.at(-1)?.write(text, this.#blockUsed, narrow ? 'latin1' : 'utf16le');
    const index = this.#index.at(-1);
    if (index) {
      index[slot] = (this.#blocks.length - 1) * BLOCK_BYTES + this.#blockUsed;
      index[slot + 1] = narrow ? bytes : -bytes;
    }
    this.#blockUsed += bytes;
    this.#count += 1;
    this.length += text.length;
  }

  /** The text with this number, from 0; undefined when there is none. */
  at(number: number): string | undefined {
    if ((number | 0) !== number || number < 0 || number >= this.#count) return undefined;
    const recent = this.#recent[number % RECENT];
    if (recent?.index === number) return recent.text;
    const index = this.#index[Math.floor(number / INDEX_TEXTS)];
    const slot = (number % INDEX_TEXTS) * 2;
    const start = index?.[slot] ?? 0;
    const length = index?.[slot + 1] ?? 0;
    const offset = start % BLOCK_BYTES;
    const block = this.#blocks[(start - offset) / BLOCK_BYTES];
    const text = block?.toString(length < 0 ? 'utf16le' : 'latin1', offset, offset + Math.abs(length)) ?? '';
    if (recent && text.length <= MAX_RECENT_LENGTH) {
      recent.index = number;
      recent.text = text;
    }
    return text;
  }

  #assertRoomFor(bytes: number): void {
    const used = this.#blocks.length * BLOCK_BYTES + this.#index.length * INDEX_BYTES;
    if (used + bytes <= this.#maxBytes && this.#count < MAX_TEXTS) return;
    const limit = Math.round(this.#maxBytes / 1024 ** 2);
    throw new WorkbookError(
      `The workbook is too large: it has more than ${MAX_TEXTS} texts, or they take more than ${limit} MB of memory.`,
    );
  }
}

const ITEM = 2;

/** How texts without formatting are written; these are taken whole. */
const PLAIN_STARTS = ['<si><t>', '<si><t xml:space="preserve">'] as const;
const PLAIN_END = '</t></si>';

/** Fills `texts` from the part that holds them: `<sst><si>...</si>...</sst>`. */
export function sharedTextsHandler(texts: SharedTexts): XmlHandler {
  const text = new RichText(ITEM);
  const where = () => `text number ${texts.count + 1}`;
  return {
    whole(part, _codes, at, depth) {
      if (depth !== ITEM) return -1;
      const start = PLAIN_STARTS.find((tags) => part.startsWith(tags, at));
      if (start === undefined) return -1;
      const from = at + start.length;
      const to = part.indexOf('<', from);
      if (to === -1 || !part.startsWith(PLAIN_END, to)) return -1;
      const value = decodeOfficeEscapes(decodeXmlText(part.slice(from, to)));
      assertCellLength(value, where);
      texts.add(value);
      return to + PLAIN_END.length;
    },
    open(name, depth) {
      if (depth === 1 && name !== 'sst')
        throw new WorkbookError('The workbook is damaged: its shared texts are something else.');
      if (depth === ITEM) text.start();
      else text.open(name, depth);
    },
    text(value) {
      text.text(value);
    },
    close(name, depth) {
      if (depth > ITEM) text.close(depth);
      else if (name === 'si') texts.add(text.finish(where));
    },
  };
}
