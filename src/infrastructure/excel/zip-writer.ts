import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { constants, crc32, createDeflateRaw } from 'node:zlib';

/** Sizes after the data (bit 3), names in UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATED = 8;
/** The version of the format that a reader must know, and the one that the writer knows. */
const VERSION = 20;
const MADE_BY = '\x14\x00';
/** 1 January 1980, the first day of zip; the same content gives the same bytes. */
const DATE = 0x0021;
/** Beyond, an archive needs the extensions of zip64. */
const LARGEST = 0xffff_ffff;
const TOO_LARGE = 'A workbook that is written here cannot be larger than 4 GB.';

/** What is given to the sink at once, in bytes or a little more. */
const PIECE = 64 * 1024;

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  crc: number;
  packed: number;
  size: number;
}

/** A zip archive as it grows: what is packed goes to `sink` at once, and nothing of it is kept but the directory. */
export class ZipWriter {
  readonly #sink: (bytes: Uint8Array) => void;
  readonly #entries: Entry[] = [];
  #written = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = sink;
  }

  /** Adds a file of these pieces; the next one is asked for when this one is packed. Throws when it grows beyond 4 GB. */
  async add(name: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
    const entry: Entry = { name: Buffer.from(name), offset: this.#written, crc: 0, packed: 0, size: 0 };
    this.#put(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about(entry), entry.name]));
    const deflate = createDeflateRaw({ level: constants.Z_BEST_SPEED, chunkSize: PIECE });
    deflate.on('data', (packed: Buffer) => {
      entry.packed += packed.length;
      this.#put(packed);
    });
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece);
      entry.crc = crc32(bytes, entry.crc);
      entry.size += bytes.length;
      if (entry.size > LARGEST) throw new Error(TOO_LARGE);
      if (!deflate.write(bytes)) await once(deflate, 'drain');
    }
    deflate.end();
    await finished(deflate);
    const descriptor = Buffer.alloc(16);
    descriptor.write('PK\x07\x08', 'latin1');
    descriptor.writeUInt32LE(entry.crc, 4);
    descriptor.writeUInt32LE(entry.packed, 8);
    descriptor.writeUInt32LE(entry.size, 12);
    this.#put(descriptor);
    this.#entries.push(entry);
  }

  /** Writes the directory. */
  end(): void {
    const start = this.#written;
    for (const entry of this.#entries) {
      const tail = Buffer.alloc(14);
      tail.writeUInt32LE(entry.offset, 10);
      this.#put(Buffer.concat([Buffer.from(`PK\x01\x02${MADE_BY}`, 'latin1'), about(entry), tail, entry.name]));
    }
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 'latin1');
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(this.#written - start, 12);
    end.writeUInt32LE(start, 16);
    this.#put(end);
    this.#flush();
  }

  #put(bytes: Uint8Array): void {
    this.#written += bytes.length;
    if (this.#written > LARGEST) throw new Error(TOO_LARGE);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= PIECE) this.#flush();
  }

  #flush(): void {
    this.#sink(new Uint8Array(Buffer.concat(this.#waiting)));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

/** What the head of an entry and its line in the directory have in common; crc and sizes are 0 as long as they are unknown. */
function about({ name, crc, packed, size }: Entry): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(FLAGS, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}
