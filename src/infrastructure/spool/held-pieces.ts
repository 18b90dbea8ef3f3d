import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { WorkbookError } from '../../application/workbook-reader.ts';

const LENGTH_BYTES = 4;

/**
 * Holds the pieces of a file back until all have come, and only then passes them on: of a file that is at fault at its end
 * nothing goes out but its header. A header makes void what came before it. Those that are rows wait in the temporary file at
 * `path`, which exists, and come after the others. To be used in a thread of its own, for it waits for the disk.
 */
export async function* held<Piece extends { readonly kind: string }>(
  pieces: AsyncIterable<Piece>,
  path: string,
  isRows: (piece: Piece) => boolean,
): AsyncGenerator<Piece> {
  const file = new PieceFile<Piece>(path);
  try {
    let others: Piece[] = [];
    try {
      for await (const piece of pieces) {
        if (piece.kind === 'header') {
          others = [];
          file.forget();
        }
        if (isRows(piece)) file.add(piece);
        else others.push(piece);
      }
    } catch (error) {
      // Whoever corrects the file sees what its columns were taken for.
      if (error instanceof WorkbookError) yield* others;
      throw error;
    }
    yield* others;
    yield* file.all();
  } finally {
    file.close();
  }
}

/** Pieces one after the other, each behind its length. */
class PieceFile<Piece> {
  readonly #file: number;
  #end = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'r+');
  }

  add(piece: Piece): void {
    const record = serialize(piece);
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt32LE(record.length);
    this.#write(length);
    this.#write(record);
  }

  forget(): void {
    this.#end = 0;
  }

  *all(): Generator<Piece> {
    for (let at = 0; at < this.#end; ) {
      const length = this.#read(at, LENGTH_BYTES).readUInt32LE();
      yield deserialize(this.#read(at + LENGTH_BYTES, length));
      at += LENGTH_BYTES + length;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length; ) {
      const written = writeSync(this.#file, bytes, done, bytes.length - done, this.#end);
      done += written;
      this.#end += written;
    }
  }

  #read(from: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const read = readSync(this.#file, bytes, done, length - done, from + done);
      if (read === 0) throw new Error('The temporary file of an import was cut off.');
      done += read;
    }
    return bytes;
  }
}
