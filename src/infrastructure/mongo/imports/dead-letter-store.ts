import type { Filter } from 'mongodb';
import { encodeCursor } from '../../../application/cursor.ts';
import type { DeadLetter, DeadLetterStore, ReleaseOutcome } from '../../../application/import/ports.ts';
import { type Page, pageOf } from '../../../application/page.ts';
import type { NewId } from '../../../application/runtime.ts';
import type { NoteChange } from '../../../application/trail/ports.ts';
import type { ImportProcess, ImportState } from '../../../domain/import-process.ts';
import { lettersDiscarded, lettersReleased } from '../../../domain/trail.ts';
import { asUuid } from '../../../domain/uuid.ts';
import { type ImportCollections, type ImportDoc, type LetterDoc, ON_TRIAL, type OpenCollections } from './documents.ts';
import { importDoc, readHeader, toProcess } from './import-doc.ts';
import { saveStatus } from './import-status.ts';
import { placeOf } from './keyset.ts';
import { findPage, toDeadLetter } from './letters.ts';
import { removeText } from './long-texts.ts';
import type { Outbox } from './outbox.ts';
import { deadOf, helpRelease, isOfAll, unsentLetters } from './releases.ts';
import { sumUpTrials } from './trial-counts.ts';
import { allBut } from './uncounted-rows.ts';

const CURSOR = 'dead-letters';

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
    const newer: Filter<LetterDoc> = place
      ? { $or: [{ failedAt: { $gt: place.instant } }, { failedAt: place.instant, _id: { $gt: place.id } }] }
      : {};
    const collections = await this.#open();
    const { letters, limit } = collections;
    const all: Filter<LetterDoc> = { state: 'DEAD', ...ofImport, ...allBut(await unsentLetters(collections)) };
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
    const doc = await importDoc(collections, importId);
    if (!doc) return [];
    const found = await findPage(collections, { ...deadOf(doc), rowNumber: { $gt: page.afterRow } }, page.first);
    return withHeaders(collections, found);
  }

  async find(id: string): Promise<DeadLetter | null> {
    const _id = asUuid(id);
    if (_id === undefined) return null;
    const collections = await this.#open();
    const unsent = allBut(await unsentLetters(collections));
    const letter = await collections.letters.findOne({ _id, state: 'DEAD', ...unsent }, collections.limit);
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
      const chosen = ids && (await choose(collections, doc, ids));
      if (chosen && chosen.unknown.length > 0) return { kind: 'unknown', ids: chosen.unknown };
      const process = await toProcess(collections, doc);
      const { letters, limit } = collections;
      const released = chosen ? chosen.ids.length : await letters.countDocuments(deadOf(doc), limit);
      const state = released > 0 ? decide(process) : null;
      if (!state) return { kind: 'refused', process };
      const number = doc.releases + 1;
      const release = { number, ids: chosen?.ids ?? null };
      // The import runs from here on, and cannot end before these letters were sent, whoever sends them.
      const also = { release, releases: number };
      // Those of all are sent later, but counted now.
      const retried = chosen ? 0 : released;
      if (!(await saveStatus(collections, this.#newId, { doc, state, now, also, retried }))) continue;
      await helpRelease(collections, { _id: doc._id, release });
      await sumUpTrials(collections, doc._id);
      await this.#outbox.settle(doc._id);
      const { retriedRows } = await toProcess(collections, (await importDoc(collections, importId)) ?? doc);
      const after = { ...process, ...state, retriedRows };
      this.#note(lettersReleased(process, after));
      return { kind: 'released', released, process: after };
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
    const chosen = ids && (await choose(collections, doc, ids));
    if (chosen && chosen.unknown.length > 0) return { discarded: 0, unknown: chosen.unknown };
    const { letters, limit } = collections;
    const dead = { ...deadOf(doc), ...(chosen ? { _id: { $in: chosen.ids } } : {}) };
    const long = await letters.find({ ...dead, 'cells.pieces': { $exists: true } }, limit).toArray();
    // What is left of them keeps a run of their chunk that comes late from writing them again.
    const emptied = { state: 'DISCARDED', cells: null, reasons: [] } as const;
    const { modifiedCount } = await letters.updateMany(dead, { $set: emptied }, limit);
    for (const { _id, cells } of long) await removeText(collections, _id, cells);
    const left = await letters.countDocuments(deadOf(doc), limit);
    this.#note(lettersDiscarded(doc._id, modifiedCount, left));
    return { discarded: modifiedCount, unknown: [] };
  }

  async waiting(importId: string, most: number): Promise<string[] | null> {
    const collections = await this.#open();
    const doc = await importDoc(collections, importId);
    if (!doc) return [];
    if (isOfAll(doc.release)) return null;
    await helpRelease(collections, doc);
    const { letters, limit } = collections;
    const idsOnly = { ...limit, projection: { _id: 1 }, limit: most + 1 } as const;
    const found = await letters.find({ importId: doc._id, state: { $in: [...ON_TRIAL] } }, idsOnly).toArray();
    return found.length > most ? null : found.map((letter) => letter._id);
  }
}

/** Those of `ids` that are dead letters of the import, and which are none. */
async function choose(
  { letters, limit }: ImportCollections,
  doc: ImportDoc,
  ids: readonly string[],
): Promise<{ ids: string[]; unknown: string[] }> {
  const asked = { ...deadOf(doc), _id: { $in: ids.flatMap((id) => asUuid(id) ?? []) } };
  const found = await letters.find(asked, { ...limit, projection: { _id: 1 }, sort: { _id: 1 } }).toArray();
  const known = new Set(found.map((letter) => letter._id));
  return { ids: [...known], unknown: ids.filter((id) => !known.has(id.toLowerCase())) };
}

async function withHeaders(collections: ImportCollections, letters: readonly LetterDoc[]): Promise<DeadLetter[]> {
  const { imports, limit } = collections;
  const importIds = [...new Set(letters.map((letter) => letter.importId))];
  const docs = await imports.find({ _id: { $in: importIds } }, { ...limit, projection: { header: 1 } }).toArray();
  const headers = new Map<string, readonly string[]>();
  for (const doc of docs) headers.set(doc._id, (await readHeader(collections, doc))?.headers ?? []);
  return Promise.all(letters.map((letter) => toDeadLetter(collections, letter, headers.get(letter.importId) ?? [])));
}
