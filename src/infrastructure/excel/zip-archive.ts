import { isUtf8 } from 'node:buffer';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { WorkbookError } from '../../application/workbook-reader.ts';
import type { WorkbookLimits } from './workbook-limits.ts';
import { shown } from './xml-text.ts';
import { openZip } from './zip-file.ts';

const STORED = 0;
const DEFLATED = 8;
const CHUNK_BYTES = 64 * 1024;
/** The longest name of a part that is looked at, in bytes. Excel's are far shorter. */
const MAX_NAME_BYTES = 1024;
const NOTHING = Buffer.alloc(0);
const IS_UTF8 = 0x800;

/**
 * The parts of a workbook, by name; names are compared without regard to case, as the format wants.
 * What the directory says of a part (size, checksum) is held against the bytes that really come.
 */
export class ZipArchive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry | 'twice'>;
  readonly #limits: WorkbookLimits;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry | 'twice'>, limits: WorkbookLimits) {
    this.#zip = zip;
    this.#entries = entries;
    this.#limits = limits;
  }

  /** Opens the archive at `path` and reads its directory. Throws WorkbookError when that is cut off, damaged or absurdly long. */
  static async open(path: string, limits: WorkbookLimits): Promise<ZipArchive> {
    let zip: ZipFile | undefined;
    try {
      zip = await openZip(path);
      if (zip.entryCount > limits.entries) {
        throw new WorkbookError(`The workbook holds ${zip.entryCount} files; at most ${limits.entries} are allowed.`);
      }
      const entries = new Map<string, Entry | 'twice'>();
      for await (const entry of zip.eachEntry()) {
        if (entry.fileNameLength > MAX_NAME_BYTES) {
          throw new WorkbookError('The workbook is refused: a file in it has a name far longer than Excel writes.');
        }
        const name = partKey(entryName(entry));
        dropDetails(entry);
        entries.set(name, entries.has(name) ? 'twice' : entry);
      }
      return new ZipArchive(zip, entries, limits);
    } catch (error) {
      zip?.close();
      throw asWorkbookError(
        error,
        'The workbook is damaged or was cut off on its way: its table of contents cannot be read.',
      );
    }
  }

  has(name: string): boolean {
    return this.#entries.has(partKey(name));
  }

  /**
   * The inflated bytes of a part, in pieces, at most `maxBytes`. Throws WorkbookError when they are damaged, encrypted or over
   * a limit.
   */
  async *read(name: string, maxBytes: number = this.#limits.partBytes): AsyncGenerator<Buffer, void, undefined> {
    const entry = this.#entries.get(partKey(name));
    if (entry === undefined) throw damaged(name, 'it is missing');
    if (entry === 'twice') throw damaged(name, 'it is there twice');
    if (entry.isEncrypted())
      throw new WorkbookError('The workbook is protected with a password; remove it and send the file again.');
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
      throw damaged(name, `it is packed with the unknown method ${entry.compressionMethod}`);
    }
    let bytes = 0;
    let checksum = 0;
    try {
      const { unpacked, packedBytes } = await this.#open(entry);
      for await (const chunk of unpacked) {
        bytes += chunk.length;
        this.#assertWithinLimits({ entry, name, bytes, packedBytes: packedBytes(), maxBytes });
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw asWorkbookError(error, damaged(name, 'its packed data are broken').message);
    }
    if (bytes !== entry.uncompressedSize) {
      throw damaged(name, `it has ${bytes} bytes in place of ${entry.uncompressedSize}`);
    }
    if (checksum !== entry.crc32) throw damaged(name, 'its checksum is wrong');
  }

  close(): void {
    this.#zip.close();
  }

  /** `packedBytes` says how many bytes of the file became what has been read so far. */
  async #open(entry: Entry): Promise<{ unpacked: AsyncIterable<Buffer>; packedBytes: () => number }> {
    const packed = await this.#zip.openReadStreamPromise(entry, { decodeFileData: false });
    if (entry.compressionMethod === STORED) return { unpacked: packed, packedBytes: () => entry.compressedSize };
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
    // An error of either stream destroys both and comes out of the iteration; there is nothing left to do here.
    pipeline(packed, inflate, () => {});
    return { unpacked: inflate, packedBytes: () => inflate.bytesWritten };
  }

  #assertWithinLimits({ entry, name, bytes, packedBytes, maxBytes }: Unpacked): void {
    const { bombBytes, inflationRatio } = this.#limits;
    if (bytes > entry.uncompressedSize)
      throw damaged(name, `it is longer than the ${entry.uncompressedSize} bytes that it claims`);
    if (bytes > maxBytes) {
      throw new WorkbookError(
        `The workbook is too large: its part ${shown(name)} unpacks to more than ${megabytes(maxBytes)} MB.`,
      );
    }
    if (bytes > bombBytes && bytes > packedBytes * inflationRatio) {
      throw new WorkbookError(
        `The workbook is refused as a decompression bomb: its part ${shown(name)} unpacks to more than ${inflationRatio} times its size.`,
      );
    }
  }
}

/** How far the unpacking of a part has come. */
interface Unpacked {
  readonly entry: Entry;
  readonly name: string;
  readonly bytes: number;
  readonly packedBytes: number;
  readonly maxBytes: number;
}

/** UTF-8 where the bytes allow it, whatever the flags say: few programs set them. Else what old zip programs mean. */
function entryName({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | IS_UTF8 : generalPurposeBitFlag & ~IS_UTF8;
  return getFileNameLowLevel(flags, fileNameRaw, extraFields, false);
}

/** Names match whatever their case, slashes and percent-encoding are, and however accents are composed. */
export function partKey(name: string): string {
  const decoded = name.includes('%') ? percentDecoded(name) : name;
  return decoded.replaceAll('\\', '/').replace(/^\/+/, '').normalize('NFC').toLowerCase();
}

function percentDecoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** What is not needed to read the part: a directory may hold 100 KB of it for each of thousands of names. */
function dropDetails(entry: Entry): void {
  entry.fileNameRaw = NOTHING;
  entry.extraFieldRaw = NOTHING;
  entry.fileCommentRaw = NOTHING;
  entry.extraFields = [];
}

function damaged(name: string, how: string): WorkbookError {
  return new WorkbookError(`The workbook is damaged: ${how} (part ${shown(name)}).`);
}

/** Errors of the operating system are not the file's fault and pass through; what yauzl and zlib find wrong is. */
function asWorkbookError(error: unknown, message: string): unknown {
  if (error instanceof WorkbookError || (error instanceof Error && 'syscall' in error)) return error;
  return new WorkbookError(message);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
