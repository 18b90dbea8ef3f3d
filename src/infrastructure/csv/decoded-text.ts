import { isUtf8 } from 'node:buffer';
import { firstBadByte, startOfCut } from './utf8.ts';

/** The bytes of a file that are no text: where the first one is, from 0, and the rest of a sentence that begins with its line. */
export interface TextFault {
  readonly offset: number;
  readonly reason: string;
}

/** The text of some bytes, as far as it is sound, and the fault that ends it. */
export interface Decoded {
  readonly text: string;
  readonly fault: TextFault | null;
}

type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE';

const NOTHING = Buffer.alloc(0);
const LONGEST_MARK = 3;
const SAVE_AS_UTF8 = 'In Excel, save it as "CSV UTF-8 (Comma delimited)" and send it again.';

/**
 * Turns the bytes of a text file into text, piece by piece: UTF-8, or UTF-16 when a byte order mark says so. Bytes that are
 * no text are a fault and never become U+FFFD; so are NUL characters, which no text has.
 */
export class DecodedText {
  #encoding: Encoding | null = null;
  #hasMark = false;
  #hasBegun = false;
  /** Bytes at the end of the last piece that are not a whole character. */
  #rest: Buffer = NOTHING;
  /** The place of `#rest` in the file. */
  #offset = 0;

  /** Takes the next bytes, none at the end. Returns the text that they complete; nothing may come after a fault. */
  write(chunk: Buffer, isEnd = false): Decoded {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#encoding === null) {
      if (bytes.length < LONGEST_MARK && !isEnd) return this.#go('', bytes, 0);
      const mark = markOf(bytes);
      this.#encoding = mark.encoding;
      this.#hasMark = mark.length > 0;
      this.#offset = mark.length;
      bytes = bytes.subarray(mark.length);
    }
    return this.#encoding === 'UTF-8' ? this.#utf8(bytes, isEnd) : this.#utf16(bytes, isEnd);
  }

  #utf8(bytes: Buffer, isEnd: boolean): Decoded {
    const whole = bytes.subarray(0, isEnd ? bytes.length : startOfCut(bytes));
    const nul = whole.indexOf(0);
    const bad = isUtf8(whole) ? -1 : firstBadByte(whole);
    if (nul >= 0 && (bad < 0 || nul < bad)) return this.#stop(whole.toString('utf8', 0, nul), nul, nulAt);
    if (bad < 0) return this.#go(whole.toString('utf8'), bytes, whole.length);
    const isCut = isEnd && startOfCut(whole) === bad;
    const byte = `0x${(whole[bad] ?? 0).toString(16).toUpperCase()}`;
    const reason = isCut && this.#hasMark ? cutAt : notUtf8(byte, isCut, this.#hasMark);
    return this.#stop(whole.toString('utf8', 0, bad), bad, reason);
  }

  #utf16(bytes: Buffer, isEnd: boolean): Decoded {
    let length = bytes.length - (bytes.length % 2);
    const units = bytes.subarray(0, length);
    let text = (this.#encoding === 'UTF-16BE' ? Buffer.from(units).swap16() : units).toString('utf16le');
    const last = text.charCodeAt(text.length - 1);
    if (!isEnd && last >= 0xd800 && last <= 0xdbff) {
      text = text.slice(0, -1);
      length -= 2;
    }
    const bad = text.search(/[\0\p{Cs}]/u);
    if (bad >= 0) return this.#stop(text.slice(0, bad), 2 * bad, text[bad] === '\0' ? nulAt : halfAt);
    if (isEnd && length < bytes.length) return this.#stop(text, length, cutAt);
    return this.#go(text, bytes, length);
  }

  #go(text: string, bytes: Buffer, consumed: number): Decoded {
    this.#offset += consumed;
    // A copy, for the piece's memory may be used again.
    this.#rest = consumed === bytes.length ? NOTHING : Buffer.from(bytes.subarray(consumed));
    return { text: this.#withoutMarks(text), fault: null };
  }

  #stop(text: string, at: number, reason: (offset: number) => string): Decoded {
    const offset = this.#offset + at;
    return { text: this.#withoutMarks(text), fault: { offset, reason: reason(offset) } };
  }

  /** A program that puts a mark before a text that has one already leaves two; the second would stand before the first quote. */
  #withoutMarks(text: string): string {
    if (this.#hasBegun) return text;
    const kept = text.replace(/^\uFEFF+/, '');
    this.#hasBegun = kept !== '';
    return kept;
  }
}

function markOf(bytes: Buffer): { readonly encoding: Encoding; readonly length: number } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { encoding: 'UTF-16LE', length: 2 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { encoding: 'UTF-16BE', length: 2 };
  const isUtf8Mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return { encoding: 'UTF-8', length: isUtf8Mark ? 3 : 0 };
}

function nulAt(offset: number): string {
  return `byte offset ${offset}, there is a NUL character, which no text has; it is damaged, or not a CSV file.`;
}

function notUtf8(byte: string, isCut: boolean, hasMark: boolean): (offset: number) => string {
  const cause = isCut ? 'It was cut off there, or it is' : 'It is probably';
  const advice = hasMark
    ? 'It begins as UTF-8, so it is damaged.'
    : `${cause} in an older encoding such as Windows-1252. ${SAVE_AS_UTF8}`;
  return (offset) => `byte offset ${offset}, the byte ${byte} is not UTF-8. ${advice}`;
}

function halfAt(offset: number): string {
  return `byte offset ${offset}, there is half a character (a lone surrogate); it is damaged UTF-16.`;
}

function cutAt(offset: number): string {
  return `byte offset ${offset}, it ends within a character; it was probably cut off.`;
}
