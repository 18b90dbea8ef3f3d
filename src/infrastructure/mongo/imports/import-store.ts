import type { Filter } from 'mongodb';
import { encodeCursor } from '../../../application/cursor.ts';
import type { AppendEvents, ImportStore, NewImport } from '../../../application/import/ports.ts';
import { type Page, pageOf } from '../../../application/page.ts';
import type { NewId } from '../../../application/runtime.ts';
import type { NoteChange } from '../../../application/trail/ports.ts';
import type { ImportProcess, ImportState } from '../../../domain/import-process.ts';
import { importAdded, importMoved } from '../../../domain/trail.ts';
import { type ImportCollections, type ImportDoc, ON_TRIAL, type OpenCollections } from './documents.ts';
import { importDoc, toEvent, toProcess } from './import-doc.ts';
import { nextOrder, type StatusChange, saveStatus } from './import-status.ts';
import { placeOf } from './keyset.ts';
import { EMPTY_LEDGER } from './ledger.ts';
import type { Outbox } from './outbox.ts';
import { helpRelease, isOfAll } from './releases.ts';
import { NO_TRIALS, sumUpTrials } from './trial-counts.ts';
import { uploadFileId } from './upload-file.ts';
import { isDuplicateKey } from './write-problems.ts';

const CURSOR = 'imports';

type Decide = (process: ImportProcess) => ImportState | null;

export interface ImportStoreParts {
  readonly open: OpenCollections;
  readonly outbox: Outbox;
  readonly append: AppendEvents;
  readonly newId: NewId;
  readonly note: NoteChange;
}

/**
 * Import processes in MongoDB. Whatever must hold together of an import lies in its one document: its status, which chunks
 * are committed and what they counted, and the events that are still to be told.
 */
export class MongoImportStore implements ImportStore {
  readonly #parts: ImportStoreParts;

  constructor(parts: ImportStoreParts) {
    this.#parts = parts;
  }

  async create(row: NewImport): Promise<{ process: ImportProcess; isNew: boolean }> {
    const collections = await this.#parts.open();
    const { imports, limit } = collections;
    const waiting = waitingImport(row, await nextOrder(collections));
    for (;;) {
      const problem = await insert(collections, waiting);
      if (problem === null) return this.#created(collections, waiting);
      // An insertion whose answer was lost has happened all the same.
      const own = await imports.findOne({ _id: row.id }, limit);
      if (own) return this.#created(collections, own);
      if (!isDuplicateKey(problem)) throw problem;
      const existing = await imports.findOne({ bytesKey: bytesKey(row) }, limit);
      if (existing) return { process: await toProcess(collections, existing), isNew: false };
      // It failed between the two steps, so its bytes are free again.
    }
  }

  async #created(collections: ImportCollections, doc: ImportDoc): Promise<{ process: ImportProcess; isNew: true }> {
    const process = await toProcess(collections, doc);
    this.#parts.note(importAdded(process));
    return { process, isNew: true };
  }

  async find(id: string): Promise<ImportProcess | null> {
    const collections = await this.#parts.open();
    const doc = await importDoc(collections, id);
    return doc && toProcess(collections, doc);
  }

  async list({ first, after }: { first: number; after: string | null }): Promise<Page<ImportProcess>> {
    const place = after === null ? null : placeOf(CURSOR, after);
    const older: Filter<ImportDoc> = place
      ? { $or: [{ createdAt: { $lt: place.instant } }, { createdAt: place.instant, _id: { $lt: place.id } }] }
      : {};
    const collections = await this.#parts.open();
    const { imports, limit } = collections;
    const newestFirst = { ...limit, sort: { createdAt: -1, _id: -1 }, limit: first + 1 } as const;
    const docs = await imports.find(older, newestFirst).toArray();
    const processes = await Promise.all(docs.map((doc) => toProcess(collections, doc)));
    const item = (node: ImportProcess) => ({
      node,
      cursor: encodeCursor(CURSOR, [node.createdAt.toISOString(), node.id]),
    });
    return pageOf(processes, first, item, {
      hasPreviousPage: after !== null,
      totalCount: () => imports.countDocuments({}, limit),
    });
  }

  async change(id: string, now: Date, decide: Decide): Promise<{ process: ImportProcess; hasChanged: boolean } | null> {
    const collections = await this.#parts.open();
    for (;;) {
      const doc = await importDoc(collections, id);
      if (!doc) return null;
      const process = await toProcess(collections, doc);
      const state = decide(process);
      if (!state) return { process, hasChanged: false };
      if (await this.#save(collections, { doc, state, now })) {
        // As in Postgres: one that is too old to go on makes room for the upload that is the act.
        if (state.status !== 'FAILED') this.#parts.note(importMoved(process, state));
        return { process: { ...process, ...state }, hasChanged: true };
      }
    }
  }

  async finish(id: string, now: Date, decide: Decide): Promise<boolean> {
    const collections = await this.#parts.open();
    for (;;) {
      // The revision is read before the look at the rows: whoever sends rows on their way again raises it.
      const before = await importDoc(collections, id);
      if (!before || !(await isThrough(collections, before))) return false;
      await sumUpTrials(collections, before._id);
      const doc = await importDoc(collections, id);
      if (!doc || doc.revision !== before.revision) continue;
      const state = decide(await toProcess(collections, doc));
      if (!state) return false;
      if (await this.#save(collections, { doc, state, now })) return true;
    }
  }

  async #save(collections: ImportCollections, change: StatusChange): Promise<boolean> {
    const isSaved = await saveStatus(collections, this.#parts.newId, change);
    if (isSaved) await this.#parts.outbox.settle(change.doc._id);
    return isSaved;
  }

  async isThrough(id: string): Promise<boolean> {
    const collections = await this.#parts.open();
    const doc = await importDoc(collections, id);
    return doc !== null && isThrough(collections, doc);
  }

  async logProgress(id: string, now: Date, minGapMs: number): Promise<boolean> {
    const collections = await this.#parts.open();
    const { imports, limit } = collections;
    const isLongAgo = { $or: [{ announcedAt: null }, { announcedAt: { $lte: new Date(now.getTime() - minGapMs) } }] };
    const claim = await imports.updateOne({ _id: id, ...isLongAgo }, { $set: { announcedAt: now } }, limit);
    // Of an import that is gone there is nothing to tell, ever.
    if (claim.matchedCount === 0) return (await importDoc(collections, id)) === null;
    await sumUpTrials(collections, id);
    const doc = await importDoc(collections, id);
    if (!doc) return true;
    const event = { type: 'import.progressed', from: null, to: doc.status, occurredAt: now } as const;
    await this.#parts.append([toEvent(id, { ...event, id: this.#parts.newId() })]);
    return true;
  }

  async openIds(): Promise<string[]> {
    await this.#parts.outbox.settleAll();
    const { imports, limit } = await this.#parts.open();
    const ascending = { ...limit, projection: { _id: 1 }, sort: { _id: 1 } } as const;
    const docs = await imports.find({ status: { $in: ['QUEUED', 'RUNNING'] } }, ascending).toArray();
    return docs.map((doc) => doc._id);
  }
}

/** Two uploads are one import when this is the same. Of a plain one it is the hash of its bytes alone. */
export function bytesKey({ sha256, dryRun, mapping }: Pick<NewImport, 'sha256' | 'dryRun' | 'mapping'>): string {
  // In one order of keys: an import that comes from another store may have them in another.
  const choices = mapping?.map(({ header, field }) => ({ header, field })) ?? null;
  return dryRun || mapping ? `${sha256} ${JSON.stringify({ dryRun, mapping: choices })}` : sha256;
}

function waitingImport({ id, ...row }: NewImport, order: number): ImportDoc {
  return {
    _id: id,
    ...row,
    bytesKey: bytesKey(row),
    uploadFile: uploadFileId(row.uploadId),
    status: 'QUEUED',
    header: null,
    totalRows: null,
    ledger: EMPTY_LEDGER,
    trials: NO_TRIALS,
    release: null,
    releases: 0,
    error: null,
    startedAt: null,
    finishedAt: null,
    workingSince: null,
    order,
    revision: 0,
    outbox: [],
    announcedAt: null,
  };
}

/** What went wrong, or null. */
async function insert({ imports, limit }: ImportCollections, doc: ImportDoc): Promise<Error | null> {
  try {
    await imports.insertOne(doc, limit);
    return null;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Every chunk is committed and no row is being tried. No row can go on its way again before the import has ended. */
async function isThrough(collections: ImportCollections, doc: ImportDoc): Promise<boolean> {
  if (doc.status !== 'RUNNING' || doc.ledger.rows !== doc.totalRows || isOfAll(doc.release)) return false;
  await helpRelease(collections, doc);
  const { letters, limit } = collections;
  const options = { ...limit, projection: { _id: 1 } } as const;
  return (await letters.findOne({ importId: doc._id, state: { $in: [...ON_TRIAL] } }, options)) === null;
}
