import { MAX_COLUMNS, MAX_ROWS } from './workbook-limits.ts';
import { decodeXmlText, detached } from './xml-text.ts';

const SPACE = 0x20;
const QUOTE = 0x22;
const POINT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const LT = 0x3c;
const EQUALS = 0x3d;
const GT = 0x3e;
const LETTER_B = 0x62;
const LETTER_C = 0x63;
const LETTER_N = 0x6e;
const LETTER_R = 0x72;
const LETTER_S = 0x73;
const LETTER_T = 0x74;
const LETTER_V = 0x76;

const VALUE_END = '/v></c>';
const VALUE_END_CODES = Uint16Array.from(VALUE_END, (character) => character.charCodeAt(0));
const INLINE_STARTS = ['<is><t>', '<is><t xml:space="preserve">'] as const;
const INLINE_END = '/t></is></c>';

/** Powers of ten that a double holds exactly: a whole number below 2^53 divided by one of them is rounded as it should be. */
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const MAX_DIGITS = 15;
/** Digits that are looked at one by one; Excel writes 17. */
const LONGEST = 32;

/**
 * Reads a cell that is written as nearly all are, `<c r="B7" s="2" t="s"><v>12</v></c>` or inline text, in one go, which is several
 * times as fast as tag by tag. Whatever looks different in the least, it leaves to the general way.
 */
export class PlainCell {
  column = 0;
  /** The type as the file has it, '' for a cell without a value. */
  type = '';
  style = 0;
  /** The value, when it is written in digits with at most one point; else NaN, and it is in `raw`. */
  number = 0;
  raw = '';

  /**
   * Reads the cell that begins at `at` of `text`, whose UTF-16 units are `codes`: in the row `row` and, unless it says another, in
   * the column `column`. Returns where it ends, or -1 when it is not such a cell or not all of it is there.
   */
  read(text: string, codes: Uint16Array, at: number, row: number, column: number): number {
    if (codes[at + 1] !== LETTER_C) return -1;
    this.column = column;
    this.type = 'n';
    this.style = 0;
    let next = at + 2;
    let seen = 0;
    while (codes[next] === SPACE) {
      const name = codes[next + 1] ?? 0;
      const bit = 1 << (name & 31);
      if ((seen & bit) !== 0 || codes[next + 2] !== EQUALS || codes[next + 3] !== QUOTE) return -1;
      seen |= bit;
      next = this.#attribute(text, codes, name, next + 4, row);
      if (next === -1) return -1;
    }
    if (this.column >= MAX_COLUMNS) return -1;
    const code = codes[next] ?? 0;
    if (code === SLASH && codes[next + 1] === GT) {
      this.type = '';
      return next + 2;
    }
    if (code !== GT || codes[next + 1] !== LT) return -1;
    if (this.type === 'inlineStr') return this.#inline(text, next + 1);
    if (codes[next + 2] !== LETTER_V || codes[next + 3] !== GT) return -1;
    return this.type === 'str' || this.type === 'b'
      ? this.#between(text, next + 4, VALUE_END)
      : this.#digits(text, codes, next + 4);
  }

  /** Reads an attribute's value from `at` and returns where what follows its quote begins, or -1. */
  #attribute(text: string, codes: Uint16Array, name: number, at: number, row: number): number {
    if (name === LETTER_R) return this.#reference(codes, at, row);
    if (name === LETTER_S) {
      let style = 0;
      let end = at;
      let digit = (codes[end] ?? 0) - ZERO;
      while (digit >= 0 && digit <= 9 && end < at + 9) {
        style = style * 10 + digit;
        end += 1;
        digit = (codes[end] ?? 0) - ZERO;
      }
      this.style = style;
      return end > at && codes[end] === QUOTE ? end + 1 : -1;
    }
    return name === LETTER_T ? this.#kind(text, codes, at) : -1;
  }

  #reference(codes: Uint16Array, at: number, row: number): number {
    let column = 0;
    let end = at;
    let code = codes[end] ?? 0;
    while (code >= 65 && code <= 90 && end < at + 3) {
      column = column * 26 + code - 64;
      end += 1;
      code = codes[end] ?? 0;
    }
    if (column === 0 || code === ZERO) return -1;
    let number = 0;
    while (code >= ZERO && code <= ZERO + 9 && number < MAX_ROWS) {
      number = number * 10 + code - ZERO;
      end += 1;
      code = codes[end] ?? 0;
    }
    this.column = column - 1;
    return number === row && code === QUOTE ? end + 1 : -1;
  }

  #kind(text: string, codes: Uint16Array, at: number): number {
    const code = codes[at] ?? 0;
    if (codes[at + 1] === QUOTE) {
      if (code === LETTER_S) this.type = 's';
      else if (code === LETTER_B) this.type = 'b';
      else if (code !== LETTER_N) return -1;
      return at + 2;
    }
    if (text.startsWith('str"', at)) this.type = 'str';
    else if (text.startsWith('inlineStr"', at)) this.type = 'inlineStr';
    else return -1;
    return at + this.type.length + 1;
  }

  #digits(text: string, codes: Uint16Array, at: number): number {
    let number = 0;
    let digits = 0;
    let fraction = -1;
    for (let next = at; digits < LONGEST; next += 1) {
      const code = codes[next] ?? 0;
      if (code >= ZERO && code <= ZERO + 9) {
        number = number * 10 + code - ZERO;
        digits += 1;
        if (fraction >= 0) fraction += 1;
      } else if (code === POINT && fraction === -1 && digits > 0 && this.type === 'n') {
        fraction = 0;
      } else if (code === LT && digits > 0) {
        if (!endsHere(codes, next + 1)) return -1;
        if (digits > MAX_DIGITS) this.number = Number(text.slice(at, next));
        else this.number = fraction > 0 ? number / (POWERS[fraction] ?? Number.NaN) : number;
        return next + 1 + VALUE_END.length;
      } else {
        break;
      }
    }
    this.number = Number.NaN;
    return this.#between(text, at, VALUE_END);
  }

  #inline(text: string, at: number): number {
    const start = INLINE_STARTS.find((tags) => text.startsWith(tags, at));
    return start === undefined ? -1 : this.#between(text, at + start.length, INLINE_END);
  }

  /** Takes the text up to the next tag, which must be the one that is wanted. */
  #between(text: string, from: number, end: string): number {
    const to = text.indexOf('<', from);
    if (to === -1 || !text.startsWith(end, to + 1)) return -1;
    this.number = Number.NaN;
    const raw = decodeXmlText(text.slice(from, to));
    // The engine copies what is shorter than this anyway.
    this.raw = raw.length < 13 ? raw : detached(raw);
    return to + 1 + end.length;
  }
}

/** Whether a value and its cell end at `at`. */
function endsHere(codes: Uint16Array, at: number): boolean {
  for (let index = 0; index < VALUE_END_CODES.length; index += 1) {
    if (codes[at + index] !== VALUE_END_CODES[index]) return false;
  }
  return true;
}
