import { WorkbookError } from '../../application/workbook-reader.ts';

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** A name from a file as a sentence may show it: not at full length, and without what no database stores. */
export function shown(name: string): string {
  const printable = name.slice(0, 60).replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD');
  return name.length > 60 ? `${printable}…` : printable;
}

/** The same text in memory of its own: a string that was cut out of another keeps the whole of that one alive. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** Text between tags as it was meant: the five entities of XML and numeric references decoded, line ends as \n. */
export function decodeXmlText(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return text.includes('&')
    ? text.replace(/&([^;&]*)(;?)/g, (_, reference, end) => decodeReference(reference, end))
    : text;
}

function decodeReference(reference: string, end: string): string {
  if (end === ';') {
    const named = NAMED[reference];
    if (named !== undefined) return named;
    const match = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(reference);
    const code = match?.[1] !== undefined ? Number.parseInt(match[1], 16) : Number(match?.[2] ?? Number.NaN);
    if (isXmlCharacter(code)) return String.fromCodePoint(code);
  }
  throw new WorkbookError(`The workbook is damaged: "&${shown(reference.slice(0, 20))}" in its text has no meaning.`);
}

/** The characters that an XML 1.0 document may hold. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff);
}

/** What Office writes as `_x000D_` stands for a UTF-16 unit that XML or Excel could not hold; `_x005F_` guards a literal one. */
export function decodeOfficeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9a-fA-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The decoded value of the attribute with exactly this name, or undefined. `raw` is the text of a tag after its name. */
export function xmlAttribute(raw: string, wanted: string): string | undefined {
  const attributes = new XmlAttributes(raw);
  let found: string | undefined;
  while (attributes.next()) {
    if (attributes.name !== wanted) continue;
    if (found !== undefined) throw twice(wanted);
    found = attributes.value;
  }
  return found;
}

/** The same by local name, whatever the prefix (`r:id`, `d3p1:id`); a name without any prefix does not count. */
export function prefixedXmlAttribute(raw: string, wanted: string): string | undefined {
  const attributes = new XmlAttributes(raw);
  while (attributes.next()) {
    const [prefix, name] = attributes.name.split(':', 2);
    if (name === wanted && prefix !== 'xmlns') return attributes.value;
  }
  return undefined;
}

/** Which of two attributes of one name counts, nobody can say. */
export function twice(name: string): WorkbookError {
  return new WorkbookError(`The workbook is damaged: a tag has the attribute ${name} twice.`);
}

const EQUALS = 0x3d;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/** Walks over the attributes of one tag without making an object of each; a sheet has millions of them. */
export class XmlAttributes {
  name = '';
  value = '';
  readonly #raw: string;
  #at = 0;

  constructor(raw: string) {
    this.#raw = raw;
  }

  /** Moves on to the next attribute; false when there is none. Throws WorkbookError on malformed ones. */
  next(): boolean {
    const raw = this.#raw;
    const start = afterSpace(raw, this.#at);
    if (start >= raw.length) return false;
    let end = start;
    let code = raw.charCodeAt(end);
    while (code > 0x20 && code !== EQUALS) {
      end += 1;
      code = raw.charCodeAt(end);
    }
    const equals = afterSpace(raw, end);
    const open = afterSpace(raw, equals + 1);
    const quote = raw.charCodeAt(open);
    const close = quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE ? raw.indexOf(raw.charAt(open), open + 1) : -1;
    if (start === this.#at || start === end || raw.charCodeAt(equals) !== EQUALS || close === -1) {
      throw new WorkbookError('The workbook is damaged: a tag has malformed attributes.');
    }
    this.name = raw.slice(start, end);
    const value = raw.slice(open + 1, close);
    this.value = /[&\t\r\n]/.test(value) ? decodeXmlText(value.replace(/[\t\r\n]/g, ' ')) : value;
    this.#at = close + 1;
    return true;
  }
}

function afterSpace(raw: string, from: number): number {
  let at = from;
  while (raw.charCodeAt(at) <= 0x20) at += 1;
  return at;
}
