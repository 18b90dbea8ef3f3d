import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { WorkbookError } from '../../application/workbook-reader.ts';

const END_BYTES = 22;
const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1');
const DIRECTORY_SIGNATURE = Buffer.from('PK\x01\x02', 'latin1');
const LOCATOR_BYTES = 20;
const LOCATOR_SIGNATURE = Buffer.from('PK\x06\x07', 'latin1');
const PIECE_BYTES = 64 * 1024;
const IN_ZIP64 = 0xffffffff;

/** Its places are counted from its own beginning, which is not that of the file. Which of the two is meant, nobody can say. */
const TWO_ARCHIVES =
  'The file holds two workbooks or archives, one behind the other; send each of them in a file of its own.';

/** How much may follow the archive: its own comment (64 KiB), and what mail gateways and downloads leave behind. */
const MAX_TRAILING_BYTES = 1024 * 1024;

/**
 * Opens the archive at `path` for yauzl without what follows its end: yauzl wants the end record to be the last thing in the
 * file, Excel does not. Throws what yauzl finds wrong, WorkbookError when another archive follows, and the operating system's
 * errors.
 */
export async function openZip(path: string): Promise<ZipFile> {
  const file = await open(path, 'r');
  try {
    const length = await archiveLength(file);
    return await fromRandomAccessReaderPromise(new FileRanges(file), length, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
    });
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the archive ends: with the last end record that its table of contents belongs to. Without one, the whole file. */
async function archiveLength(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, MAX_TRAILING_BYTES + END_BYTES));
  const start = size - tail.length;
  await file.read(tail, 0, tail.length, start);
  for (
    let at = tail.lastIndexOf(END_SIGNATURE);
    at >= 0;
    at = at === 0 ? -1 : tail.lastIndexOf(END_SIGNATURE, at - 1)
  ) {
    if (at + END_BYTES > tail.length) continue;
    const length = start + at + END_BYTES + tail.readUInt16LE(at + 20);
    if (length > size) continue;
    const end = tail.subarray(at, at + END_BYTES);
    if (await isSecond(file, end, start + at)) throw new WorkbookError(TWO_ARCHIVES);
    if (await hasDirectory(file, end, start + at)) return length;
  }
  return size;
}

/** Whether a table of contents begins where the end record at `position` says. */
async function hasDirectory(file: FileHandle, end: Buffer, position: number): Promise<boolean> {
  const offset = end.readUInt32LE(16);
  if (offset === IN_ZIP64 || end.readUInt16LE(10) === 0) return true;
  return isDirectory(file, offset, position);
}

/**
 * Whether the end record at `position` ends an archive behind another one: its table of contents stands right before it, and
 * not where it says. With zip64 there is a record more in between.
 */
async function isSecond(file: FileHandle, end: Buffer, position: number): Promise<boolean> {
  const before = position - end.readUInt32LE(12);
  if (before === end.readUInt32LE(16) || !(await isDirectory(file, before, position))) return false;
  return !(await isAt(file, position - LOCATOR_BYTES, LOCATOR_SIGNATURE));
}

/** Whether a table of contents begins at `offset`, before `end`. */
async function isDirectory(file: FileHandle, offset: number, end: number): Promise<boolean> {
  return offset + DIRECTORY_SIGNATURE.length <= end && isAt(file, offset, DIRECTORY_SIGNATURE);
}

async function isAt(file: FileHandle, offset: number, signature: Buffer): Promise<boolean> {
  if (offset < 0) return false;
  const found = Buffer.alloc(signature.length);
  await file.read(found, 0, found.length, offset);
  return found.equals(signature);
}

/** A stream of the file's own would close the file with itself. */
async function* pieces(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** The file as yauzl wants to see it; closing it is left to whoever closes the archive. */
class FileRanges extends RandomAccessReader {
  readonly #file: FileHandle;
  /** The piece of the file that was read last: a table of contents is asked for in tens of thousands of small ranges. */
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  #pieceStart = 0;
  #pieceLength = 0;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(pieces(this.#file, start, end), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#fill(buffer, offset, length, position).then((bytesRead) => callback(null, bytesRead), callback);
  }

  async #fill(buffer: Buffer, offset: number, length: number, position: number): Promise<number> {
    if (length > PIECE_BYTES) return (await this.#file.read(buffer, offset, length, position)).bytesRead;
    if (position < this.#pieceStart || position + length > this.#pieceStart + this.#pieceLength) {
      const { bytesRead } = await this.#file.read(this.#piece, 0, PIECE_BYTES, position);
      this.#pieceStart = position;
      this.#pieceLength = bytesRead;
    }
    const start = position - this.#pieceStart;
    return this.#piece.copy(buffer, offset, start, Math.min(start + length, this.#pieceLength));
  }

  override close(callback: (error: Error | null) => void): void {
    this.#file.close().then(() => callback(null), callback);
  }
}
