import { WorkbookError } from '../../application/workbook-reader.ts';
import { UnitCodes } from './unit-codes.ts';
import { decodeXmlText, detached, shown, xmlAttribute } from './xml-text.ts';

/**
 * What a part's reader is told, in document order. `depth` is 1 for the root. Names come without their prefix; `attributes`
 * is the raw text within the tag, for `xmlAttribute`. An empty element is opened and closed. One text may come in several pieces.
 */
export interface XmlHandler {
  /**
   * May take a whole element at once, in place of the calls below: `text` from `at` on begins with its tag. `codes` are the units
   * of `text`, quicker to look at, with zeros after the last. Returns where the element ends, or -1 to be told tag by tag.
   */
  whole?(text: string, codes: Uint16Array, at: number, depth: number): number;
  open(name: string, depth: number, attributes: string): void;
  close(name: string, depth: number): void;
  text(value: string, depth: number): void;
}

/** The longest single piece of markup or text, in UTF-16 units: a cell's 32,767 characters take up to 10 for each. */
const MAX_TOKEN = 1024 ** 2;
const MAX_NAME = 1024;
const MAX_DEPTH = 64;

/** A string cut out of a longer one keeps all of it in memory: past this length, what is cut out is copied instead. */
const LONG_PIECE = 32 * 1024;

const NO_CODES = new Uint16Array(0);
const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const COLON = 0x3a;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/**
 * A small XML parser for the parts of a workbook: it takes text in pieces, cut anywhere, and checks that elements nest.
 * Document types are refused, so that no entity can be defined; everything else of XML that Office writes is understood.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  readonly #open: string[] = [];
  readonly #codes = new UnitCodes();
  #rest = '';
  /** How long the rest must become before it is looked at again: looking after every piece would take quadratic time. */
  #awaited = 0;
  #rootSeen = false;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Scans the next piece of the document. Throws WorkbookError on what is not well-formed, and what the handler throws. */
  write(piece: string): void {
    const text = this.#rest === '' ? piece : this.#rest + piece;
    if (text.length < this.#awaited) this.#rest = text;
    else this.#scan(text);
  }

  /** To be called after the last piece. Throws WorkbookError when the document is not complete. */
  end(): void {
    this.#scan(this.#rest);
    if (this.#rest.trim() !== '' || this.#open.length > 0 || !this.#rootSeen) throw malformed('it ends too early');
  }

  #scan(text: string): void {
    const codes = this.#handler.whole ? this.#codes.of(text) : NO_CODES;
    let at = 0;
    for (;;) {
      const markup = codes[at] === LT ? at : text.indexOf('<', at);
      if (markup === -1) break;
      if (markup > at) this.#text(cut(text, at, markup));
      at = markup;
      const end = this.#markup(text, codes, markup);
      if (end === -1) break;
      at = end;
    }
    this.#rest = at === 0 ? text : text.slice(at);
    if (this.#rest.length > MAX_TOKEN) throw malformed('a piece of it is far longer than Excel writes');
    this.#awaited = Math.min(2 * this.#rest.length, MAX_TOKEN + 1);
  }

  #text(raw: string): void {
    if (this.#open.length > 0) this.#handler.text(decodeXmlText(raw), this.#open.length);
    else if (raw.trim() !== '') throw malformed('there is text outside of its elements');
  }

  /** Handles the markup that begins at `at`; returns where it ends, or -1 when its end has not come yet. */
  #markup(text: string, codes: Uint16Array, at: number): number {
    switch (text.charCodeAt(at + 1)) {
      case SLASH:
        return this.#closeTag(text, at);
      case BANG:
        return this.#declaration(text, at);
      case QUESTION:
        return this.#instruction(text, at);
      default: {
        const end = this.#handler.whole?.(text, codes, at, this.#open.length + 1) ?? -1;
        return end === -1 ? this.#openTag(text, at) : end;
      }
    }
  }

  #openTag(text: string, at: number): number {
    let nameEnd = at + 1;
    let nameStart = nameEnd;
    let code = text.charCodeAt(nameEnd);
    while (code > 0x20 && code !== GT && code !== SLASH) {
      if (code === COLON) nameStart = nameEnd + 1;
      nameEnd += 1;
      if (nameEnd - at > MAX_NAME) throw malformed('an element has a name without an end');
      code = text.charCodeAt(nameEnd);
    }
    const end = code === GT ? nameEnd : tagEnd(text, nameEnd);
    if (end === -1) return -1;
    if (nameStart === nameEnd) throw malformed('an element has no name');
    if (this.#open.length === 0 && this.#rootSeen) throw malformed('it has more than one root');
    if (this.#open.length >= MAX_DEPTH) throw malformed('its elements are nested too deeply');
    this.#rootSeen = true;
    const empty = text.charCodeAt(end - 1) === SLASH;
    const name = cut(text, nameStart, nameEnd);
    const attributesEnd = empty ? end - 1 : end;
    const depth = this.#open.length + 1;
    this.#handler.open(name, depth, nameEnd < attributesEnd ? text.slice(nameEnd, attributesEnd) : '');
    if (empty) this.#handler.close(name, depth);
    else this.#open.push(nameStart === at + 1 ? name : cut(text, at + 1, nameEnd));
    return end + 1;
  }

  #closeTag(text: string, at: number): number {
    const end = text.indexOf('>', at + 2);
    if (end === -1) return -1;
    const depth = this.#open.length;
    const expected = this.#open.pop();
    if (expected === undefined) throw malformed('an element is closed that was not open');
    const length = end - at - 2;
    const matches =
      text.startsWith(expected, at + 2) &&
      (length === expected.length || text.slice(at + 2, end).trimEnd() === expected);
    if (!matches) throw malformed(`an element <${shown(expected)}> is not closed`);
    const colon = expected.lastIndexOf(':');
    this.#handler.close(colon === -1 ? expected : expected.slice(colon + 1), depth);
    return end + 1;
  }

  /** A comment, or text in CDATA. Anything else that begins with `<!` could define entities. */
  #declaration(text: string, at: number): number {
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      return end === -1 ? -1 : end + 3;
    }
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at + 9);
      if (end === -1) return -1;
      if (this.#open.length === 0) throw malformed('there is text outside of its elements');
      this.#handler.text(cut(text, at + 9, end).replace(/\r\n?/g, '\n'), this.#open.length);
      return end + 3;
    }
    if (text.length - at < 9 && ('<!--'.startsWith(text.slice(at, at + 4)) || '<![CDATA['.startsWith(text.slice(at))))
      return -1;
    throw malformed('it has a document type, which is not allowed');
  }

  #instruction(text: string, at: number): number {
    const end = text.indexOf('?>', at + 2);
    if (end === -1) return -1;
    if (/^<\?xml\s/.test(text.slice(at, at + 6))) {
      const encoding = xmlAttribute(text.slice(at + 5, end), 'encoding');
      if (encoding !== undefined && !/^(utf-?8|utf-?16(le|be)?|us-ascii)$/i.test(encoding)) {
        throw new WorkbookError(
          `The workbook is in the encoding "${shown(encoding)}", which is not supported; save it anew in Excel.`,
        );
      }
    }
    return end + 2;
  }
}

/** The next `>` outside of quotes: an attribute's value may hold one. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === GT) return at;
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      at = text.indexOf(code === DOUBLE_QUOTE ? '"' : "'", at + 1);
      if (at === -1) return -1;
    }
  }
  return -1;
}

function cut(text: string, from: number, to: number): string {
  const piece = text.slice(from, to);
  // The engine copies what is shorter than 13 units anyway.
  return piece.length >= 13 && text.length > LONG_PIECE && piece.length < text.length / 2 ? detached(piece) : piece;
}

function malformed(how: string): WorkbookError {
  return new WorkbookError(`The workbook is damaged: one of its parts is not well-formed, ${how}.`);
}
