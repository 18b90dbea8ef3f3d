import type { UpdateFilter } from 'mongodb';
import type { NewId } from '../../../application/runtime.ts';
import type { ImportState } from '../../../domain/import-process.ts';
import type { ImportCollections, ImportDoc, OutboxEvent } from './documents.ts';

/** A number above all that were handed out. */
export async function nextOrder({ counters, limit }: ImportCollections): Promise<number> {
  const options = { ...limit, upsert: true, returnDocument: 'after' } as const;
  const counter = await counters.findOneAndUpdate({ _id: 'imports' }, { $inc: { value: 1 } }, options);
  return counter?.value ?? 1;
}

/** The next number will be above these, too. */
export async function ordersBeyond({ counters, limit }: ImportCollections, orders: readonly number[]): Promise<void> {
  const highest = { $max: { value: Math.max(0, ...orders) } };
  await counters.updateOne({ _id: 'imports' }, highest, { ...limit, upsert: true });
}

/**
 * Saves a change of status, and the event that tells of it, unless another change came before; returns whether it did. One
 * update of one document, so that a status never goes back to what somebody saw earlier.
 */
export async function saveStatus(
  collections: ImportCollections,
  newId: NewId,
  { doc, state, now, also = {}, retried = 0 }: StatusChange,
): Promise<boolean> {
  const from = doc.status === state.status ? null : doc.status;
  const event: OutboxEvent = { id: newId(), type: 'import.progressed', from, to: state.status, occurredAt: now };
  // An upload of the same bytes lets a cancelled import go on: it counts as the later one from then on.
  const order = state.status === 'QUEUED' ? { order: await nextOrder(collections) } : {};
  const { status, error, startedAt, finishedAt, workingSince } = state;
  const moved = { status, error, startedAt, finishedAt, workingSince };
  const set = { ...also, ...moved, ...order, revision: doc.revision + 1, leftovers: true as const, announcedAt: now };
  const change: UpdateFilter<ImportDoc> = { $set: set, $push: { outbox: event } };
  if (retried > 0) change.$inc = { 'ledger.retried': retried };
  if (state.status === 'FAILED') change.$unset = { bytesKey: '' };
  const { imports, limit } = collections;
  const { modifiedCount } = await imports.updateOne({ _id: doc._id, revision: doc.revision }, change, limit);
  return modifiedCount === 1;
}

export interface StatusChange {
  /** As it was when the change was decided. */
  readonly doc: ImportDoc;
  readonly state: ImportState;
  readonly now: Date;
  /** What else changes with the status. */
  readonly also?: Partial<Pick<ImportDoc, 'release' | 'releases'>>;
  /** So many dead letters are retried by it. */
  readonly retried?: number;
}
