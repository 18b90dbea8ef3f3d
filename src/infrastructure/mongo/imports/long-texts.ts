import type { ImportCollections, StoredText, TextPiece } from './documents.ts';

/** A text of up to this size lies in its document; that of a header is written anew with each chunk that is committed. */
const INLINE_BYTES = { header: 16 * 1024, rows: 4 * 1024 ** 2, cells: 4 * 1024 ** 2 };
const PIECE_BYTES = 8 * 1024 ** 2;

export interface TextPlace {
  readonly importId: string;
  readonly kind: TextPiece['kind'];
  /** Unique among the texts of all imports. */
  readonly key: string;
}

type Texts = Pick<ImportCollections, 'texts' | 'limit'>;

/** What to write into a document in place of a text that may be too long for it; its pieces are stored by then. Again: the same. */
export async function keepText({ texts, limit }: Texts, place: TextPlace, text: string): Promise<StoredText> {
  const { importId, kind, key } = place;
  if (Buffer.byteLength(text) <= INLINE_BYTES[kind]) return text;
  const bytes = Buffer.from(text);
  let pieces = 0;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = { importId, kind, bytes: bytes.subarray(at, at + PIECE_BYTES) };
    await texts.replaceOne({ _id: pieceId(key, pieces) }, piece, { ...limit, upsert: true });
    pieces += 1;
  }
  return { pieces };
}

/** The text that was kept under `key`. */
export async function readText({ texts, limit }: Texts, key: string, stored: StoredText): Promise<string> {
  if (typeof stored === 'string') return stored;
  const found: Uint8Array[] = [];
  for (let part = 0; part < stored.pieces; part += 1) {
    const piece = await texts.findOne({ _id: pieceId(key, part) }, { ...limit, promoteBuffers: true });
    if (!piece) throw new Error(`A piece of the stored text ${key} is missing.`);
    found.push(piece.bytes);
  }
  return Buffer.concat(found).toString('utf8');
}

/** Deletes the pieces of one text. */
export async function removeText({ texts, limit }: Texts, key: string, stored: StoredText | null): Promise<void> {
  if (stored === null || typeof stored === 'string') return;
  const ids = Array.from({ length: stored.pieces }, (_, part) => pieceId(key, part));
  await texts.deleteMany({ _id: { $in: ids } }, limit);
}

function pieceId(key: string, part: number): string {
  return `${key}/${part}`;
}
