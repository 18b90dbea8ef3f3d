import type { AppendEvents } from '../../../application/import/ports.ts';
import type { Logger } from '../../../application/runtime.ts';
import { isOpen } from '../../../domain/import-process.ts';
import type { ImportCollections, ImportDoc, OpenCollections } from './documents.ts';
import { toEvent } from './import-doc.ts';
import { removeFile } from './upload-file.ts';

export interface OutboxParts {
  readonly open: OpenCollections;
  readonly append: AppendEvents;
  readonly logger: Logger;
  /** Marks the report days of what was written for chunks that are not committed. */
  readonly markUnfinished: (importId: string) => Promise<void>;
}

/** Does what follows a change of status: tells of it, and deletes what an ended import needs no more. */
export class Outbox {
  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Settles one import. The change stands already, so trouble is only logged: `settleAll` finds what is left. */
  async settle(importId: string): Promise<void> {
    try {
      const collections = await this.#parts.open();
      const doc = await collections.imports.findOne({ _id: importId, leftovers: true }, collections.limit);
      if (doc) await this.#settle(collections, doc);
    } catch (error) {
      const fields = { importId, err: error };
      this.#parts.logger.warn(fields, 'the change of an import could not be announced; the next round does it');
    }
  }

  /** Settles what crashes and outages have left behind. */
  async settleAll(): Promise<void> {
    const { imports, limit } = await this.#parts.open();
    const left = await imports.find({ leftovers: true }, { ...limit, projection: { _id: 1 } }).toArray();
    for (const { _id } of left) await this.settle(_id);
  }

  async #settle(collections: ImportCollections, doc: ImportDoc): Promise<void> {
    if (!isOpen(doc.status)) await this.#tidy(collections, doc);
    if (doc.outbox.length > 0) await this.#parts.append(doc.outbox.map((event) => toEvent(doc._id, event)));
    // With a later change there is more to settle, by whoever made it.
    const settled = { $set: { outbox: [] }, $unset: { leftovers: true as const } };
    const { imports, limit } = collections;
    await imports.updateOne({ _id: doc._id, revision: doc.revision }, settled, limit);
  }

  async #tidy({ db, chunks, texts, limit }: ImportCollections, { _id, status, uploadFile }: ImportDoc): Promise<void> {
    if (status === 'CANCELLED' || status === 'FAILED') await this.#parts.markUnfinished(_id);
    // Only a cancelled import may need its bytes and rows again.
    if (status === 'CANCELLED') return;
    await removeFile(db, uploadFile);
    await chunks.updateMany({ importId: _id, rows: { $ne: null } }, { $set: { rows: null } }, limit);
    await texts.deleteMany({ importId: _id, kind: 'rows' }, limit);
  }
}
