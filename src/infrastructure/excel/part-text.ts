import { isAscii, isUtf8 } from 'node:buffer';
import { WorkbookError } from '../../application/workbook-reader.ts';

type Encoding = 'utf8' | 'utf16le' | 'utf16be';

const NOTHING = Buffer.alloc(0);

/**
 * Turns the bytes of one part into text, piece by piece: UTF-8, or UTF-16 when the part begins like it. A character cut by the
 * edge of a piece waits for its other half; bytes that are no text are an error and never become U+FFFD.
 */
export class PartText {
  #rest = NOTHING;
  #encoding: Encoding | null = null;

  /** The text of all whole characters so far that was not returned yet. */
  write(chunk: Buffer): string {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#encoding !== null) return this.#decoded(bytes, this.#encoding);
    if (bytes.length < 4) {
      // Too little to tell; a copy, for the chunk's memory may be used again.
      this.#rest = Buffer.from(bytes);
      return '';
    }
    this.#encoding = encodingOf(bytes);
    return this.#decoded(bytes, this.#encoding).replace(/^\uFEFF/, '');
  }

  /** To be called after the last piece; returns what was too short to be told before. Throws when a character is left unfinished. */
  end(): string {
    if (this.#encoding !== null) {
      if (this.#rest.length > 0) throw notText(this.#encoding);
      return '';
    }
    const text = this.#decoded(this.#rest, 'utf8');
    if (this.#rest.length > 0) throw notText('utf8');
    return text.replace(/^\uFEFF/, '');
  }

  #decoded(bytes: Buffer, encoding: Encoding): string {
    const whole = bytes.length - (encoding === 'utf8' ? unfinishedUtf8(bytes) : unfinishedUtf16(bytes, encoding));
    this.#rest = whole === bytes.length ? NOTHING : Buffer.from(bytes.subarray(whole));
    const text = bytes.subarray(0, whole);
    if (encoding !== 'utf8') return decodedUtf16(text, encoding);
    if (isAscii(text)) return text.toString('latin1');
    if (!isUtf8(text)) throw notText(encoding);
    return text.toString('utf8');
  }
}

/** By the byte order mark or, without one, by the first `<`: the ways that XML knows. */
function encodingOf(start: Buffer): Encoding {
  const first = start.readUInt16BE(0);
  if (first === 0xfffe || first === 0x3c00) return 'utf16le';
  return first === 0xfeff || first === 0x003c ? 'utf16be' : 'utf8';
}

/** How many bytes at the end begin a character that is not complete: 0 to 3. */
function unfinishedUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/** Half a unit, or the first half of a surrogate pair. */
function unfinishedUtf16(bytes: Buffer, encoding: Encoding): number {
  const half = bytes.length % 2;
  const last = bytes.length - half - 2;
  if (last < 0) return half;
  const unit = encoding === 'utf16le' ? bytes.readUInt16LE(last) : bytes.readUInt16BE(last);
  return unit >= 0xd800 && unit <= 0xdbff ? half + 2 : half;
}

function decodedUtf16(bytes: Buffer, encoding: Encoding): string {
  const text = (encoding === 'utf16be' ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  if (/\p{Cs}/u.test(text)) throw notText(encoding);
  return text;
}

function notText(encoding: Encoding): WorkbookError {
  const name = encoding === 'utf8' ? 'UTF-8' : 'UTF-16';
  return new WorkbookError(`The workbook is damaged or in an unusual encoding: its text is not ${name}.`);
}
