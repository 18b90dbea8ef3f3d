import { isUtf8 } from 'node:buffer';
import { WorkbookError } from '../../application/workbook-reader.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Turns the bytes of one part into text, piece by piece. A character cut by the edge of a piece waits for its other half;
 * bytes that are no UTF-8 are an error and never become U+FFFD.
 */
export class Utf8Chunks {
  #rest = NOTHING;
  #started = false;

  /** The text of all whole characters so far that was not returned yet. */
  write(chunk: Buffer): string {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = bytes.length - unfinishedBytes(bytes);
    // A copy, for the chunk's memory may be used again.
    this.#rest = whole === bytes.length ? NOTHING : Buffer.from(bytes.subarray(whole));
    const text = bytes.subarray(0, whole);
    if (!isUtf8(text)) throw notUtf8();
    if (this.#started || whole === 0) return text.toString('utf8');
    this.#started = true;
    return text.toString('utf8').replace(/^\uFEFF/, '');
  }

  /** To be called after the last piece. Throws when a character is left unfinished. */
  end(): void {
    if (this.#rest.length > 0) throw notUtf8();
  }
}

/** How many bytes at the end begin a character that is not complete: 0 to 3. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function notUtf8(): WorkbookError {
  return new WorkbookError('The workbook is damaged or in an unusual encoding: its text is not UTF-8.');
}
