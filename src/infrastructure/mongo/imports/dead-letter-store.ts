import type { Filter } from 'mongodb';
import { encodeCursor } from '../../../application/cursor.ts';
import type { DeadLetter, DeadLetterStore, ReleaseOutcome } from '../../../application/import/ports.ts';
import { type Page, pageOf } from '../../../application/page.ts';
import type { NewId } from '../../../application/runtime.ts';
import type { NoteChange } from '../../../application/trail/ports.ts';
import type { ImportProcess, ImportState } from '../../../domain/import-process.ts';
import { lettersDiscarded, lettersReleased } from '../../../domain/trail.ts';
import { asUuid } from '../../../domain/uuid.ts';
import { type ImportCollections, type LetterDoc, ON_TRIAL, type OpenCollections } from './documents.ts';
import { importDoc, readHeader, toProcess } from './import-doc.ts';
import { saveStatus } from './import-status.ts';
import { placeOf } from './keyset.ts';
import { toDeadLetter } from './letters.ts';
import { removeText } from './long-texts.ts';
import type { Outbox } from './outbox.ts';
import { helpRelease } from './releases.ts';
import { sumUpTrials } from './trial-counts.ts';

const CURSOR = 'dead-letters';

/** What the cells of a page in row order may take as JSON; a row may hold megabytes. */
const PAGE_BYTES = 4 * 1024 ** 2;

/** Dead letters in MongoDB. */
export class MongoDeadLetterStore implements DeadLetterStore {
  readonly #open: OpenCollections;
  readonly #outbox: Outbox;
  readonly #newId: NewId;
  readonly #note: NoteChange;

  constructor(parts: {
    readonly open: OpenCollections;
    readonly outbox: Outbox;
    readonly newId: NewId;
    readonly note: NoteChange;
  }) {
    this.#open = parts.open;
    this.#outbox = parts.outbox;
    this.#newId = parts.newId;
    this.#note = parts.note;
  }

  async list(page: { importId: string | null; first: number; after: string | null }): Promise<Page<DeadLetter>> {
    const { first, after } = page;
    const place = after === null ? null : placeOf(CURSOR, after);
    // What is no id belongs to no import.
    const ofImport = page.importId === null ? {} : { importId: asUuid(page.importId) ?? '' };
    const all: Filter<LetterDoc> = { state: 'DEAD', ...ofImport };
    const newer: Filter<LetterDoc> = place
      ? { $or: [{ failedAt: { $gt: place.instant } }, { failedAt: place.instant, _id: { $gt: place.id } }] }
      : {};
    const collections = await this.#open();
    const { letters, limit } = collections;
    const oldestFirst = { ...limit, sort: { failedAt: 1, _id: 1 }, limit: first + 1 } as const;
    const found = await letters.find({ ...all, ...newer }, oldestFirst).toArray();
    const nodes = await withHeaders(collections, found);
    const item = (node: DeadLetter) => ({
      node,
      cursor: encodeCursor(CURSOR, [node.failedAt.toISOString(), node.id]),
    });
    return pageOf(nodes, first, item, {
      hasPreviousPage: after !== null,
      totalCount: () => letters.countDocuments(all, limit),
    });
  }

  async inRowOrder(importId: string, page: { afterRow: number; first: number }): Promise<DeadLetter[]> {
    const collections = await this.#open();
    const { letters, limit } = collections;
    const mine: Filter<LetterDoc> = {
      importId: asUuid(importId) ?? '',
      state: 'DEAD',
      rowNumber: { $gt: page.afterRow },
    };
    const found: LetterDoc[] = [];
    let bytes = 0;
    for await (const letter of letters.find(mine, { ...limit, sort: { rowNumber: 1 }, limit: page.first })) {
      found.push(letter);
      bytes += sizeOf(letter);
      if (bytes >= PAGE_BYTES) break;
    }
    return withHeaders(collections, found);
  }

  async find(id: string): Promise<DeadLetter | null> {
    const _id = asUuid(id);
    if (_id === undefined) return null;
    const collections = await this.#open();
    const letter = await collections.letters.findOne({ _id, state: 'DEAD' }, collections.limit);
    const [found] = letter ? await withHeaders(collections, [letter]) : [];
    return found ?? null;
  }

  async release(
    importId: string,
    ids: readonly string[] | null,
    now: Date,
    decide: (process: ImportProcess) => ImportState | null,
  ): Promise<ReleaseOutcome> {
    const collections = await this.#open();
    for (;;) {
      const doc = await importDoc(collections, importId);
      if (!doc) return { kind: 'unknown', ids: ids ?? [] };
      await helpRelease(collections, doc);
      const chosen = await choose(collections, doc._id, ids);
      if (chosen.unknown.length > 0) return { kind: 'unknown', ids: chosen.unknown };
      const process = await toProcess(collections, doc);
      const state = chosen.ids.length > 0 ? decide(process) : null;
      if (!state) return { kind: 'refused', process };
      const number = doc.releases + 1;
      const release = { number, ids: ids === null ? null : chosen.ids };
      // The import runs from here on, and cannot end before these letters were sent: whoever wants to, sends them first.
      const also = { release, releases: number };
      if (!(await saveStatus(collections, this.#newId, { doc, state, now, also }))) continue;
      await helpRelease(collections, { _id: doc._id, release });
      await sumUpTrials(collections, doc._id);
      await this.#outbox.settle(doc._id);
      const { retriedRows } = await toProcess(collections, (await importDoc(collections, importId)) ?? doc);
      const after = { ...process, ...state, retriedRows };
      this.#note(lettersReleased(process, after));
      return { kind: 'released', ids: chosen.ids, process: after };
    }
  }

  async discard(
    importId: string,
    ids: readonly string[] | null,
  ): Promise<{ discarded: number; unknown: readonly string[] }> {
    const collections = await this.#open();
    const doc = await importDoc(collections, importId);
    if (!doc) return { discarded: 0, unknown: ids ?? [] };
    await helpRelease(collections, doc);
    const chosen = await choose(collections, doc._id, ids);
    if (chosen.unknown.length > 0) return { discarded: 0, unknown: chosen.unknown };
    const { letters, limit } = collections;
    const dead = { importId: doc._id, state: 'DEAD', ...(ids === null ? {} : { _id: { $in: chosen.ids } }) } as const;
    const long = await letters.find({ ...dead, 'cells.pieces': { $exists: true } }, limit).toArray();
    // What is left of them keeps a run of their chunk that comes late from writing them again.
    const emptied = { state: 'DISCARDED', cells: null, reasons: [] } as const;
    const { modifiedCount } = await letters.updateMany(dead, { $set: emptied }, limit);
    for (const { _id, cells } of long) await removeText(collections, _id, cells);
    const left = await letters.countDocuments({ importId: doc._id, state: 'DEAD' }, limit);
    this.#note(lettersDiscarded(doc._id, modifiedCount, left));
    return { discarded: modifiedCount, unknown: [] };
  }

  async waiting(importId: string): Promise<string[]> {
    const collections = await this.#open();
    const doc = await importDoc(collections, importId);
    if (!doc) return [];
    await helpRelease(collections, doc);
    const { letters, limit } = collections;
    const idsOnly = { ...limit, projection: { _id: 1 } } as const;
    const found = await letters.find({ importId: doc._id, state: { $in: [...ON_TRIAL] } }, idsOnly).toArray();
    return found.map((letter) => letter._id);
  }
}

/** The dead letters of the import, all or those of `ids`, and which of `ids` are none. */
async function choose(
  { letters, limit }: ImportCollections,
  importId: string,
  ids: readonly string[] | null,
): Promise<{ ids: string[]; unknown: string[] }> {
  const asked = ids === null ? {} : { _id: { $in: ids.flatMap((id) => asUuid(id) ?? []) } };
  const options = { ...limit, projection: { _id: 1 }, sort: { _id: 1 } } as const;
  const found = await letters.find({ importId, state: 'DEAD', ...asked }, options).toArray();
  const known = new Set(found.map((letter) => letter._id));
  return { ids: [...known], unknown: (ids ?? []).filter((id) => !known.has(id.toLowerCase())) };
}

/** The cells as JSON, in bytes or more; what is not in the document is larger than a page is to be. */
function sizeOf({ cells }: LetterDoc): number {
  if (cells === null) return 0;
  return typeof cells === 'string' ? Buffer.byteLength(cells) : PAGE_BYTES;
}

async function withHeaders(collections: ImportCollections, letters: readonly LetterDoc[]): Promise<DeadLetter[]> {
  const { imports, limit } = collections;
  const importIds = [...new Set(letters.map((letter) => letter.importId))];
  const docs = await imports.find({ _id: { $in: importIds } }, { ...limit, projection: { header: 1 } }).toArray();
  const headers = new Map<string, readonly string[]>();
  for (const doc of docs) headers.set(doc._id, (await readHeader(collections, doc))?.headers ?? []);
  return Promise.all(letters.map((letter) => toDeadLetter(collections, letter, headers.get(letter.importId) ?? [])));
}
