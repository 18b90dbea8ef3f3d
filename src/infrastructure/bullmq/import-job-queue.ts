import type { ImportJobs } from '../../application/import/ports.ts';
import type { JobQueues } from './job-queues.ts';

/** Before the second try, doubled each time; what is lost beyond the last try, the next round finds. */
const BACKOFF_MS = 500;

/** So many first chunks of each import go by a queue of their own: a small file does not wait behind the chunks of large ones. */
const FIRST_CHUNKS = 4;

/** The hints of the import pipeline as jobs; `interfaces/jobs/import-jobs.ts` handles them. */
export class BullmqImportJobs implements ImportJobs {
  readonly #queues: Pick<JobQueues, 'add'>;

  constructor(queues: Pick<JobQueues, 'add'>) {
    this.#queues = queues;
  }

  async read(importId: string): Promise<void> {
    const job = { name: 'read', payload: { importId }, key: `read-${importId}`, attempts: 6, backoffMs: BACKOFF_MS };
    await this.#queues.add('imports', [job]);
  }

  async chunks(importId: string, seqs: readonly number[]): Promise<void> {
    const jobs = seqs.map((seq) => ({
      name: 'write',
      payload: { importId, seq },
      key: `write-${importId}-${seq}`,
      attempts: 8,
      backoffMs: BACKOFF_MS,
    }));
    const first = jobs.filter((job) => job.payload.seq < FIRST_CHUNKS);
    if (first.length > 0) await this.#queues.add('import-first-chunks', first);
    await this.#queues.add('import-chunks', jobs.slice(first.length));
  }

  async allRows(importId: string): Promise<void> {
    const job = {
      name: 'try-all',
      payload: { importId },
      key: `try-all-${importId}`,
      attempts: 8,
      backoffMs: BACKOFF_MS,
    };
    await this.#queues.add('import-rows', [job]);
  }

  async rows(rowIds: readonly string[]): Promise<void> {
    const jobs = rowIds.map((rowId) => ({
      name: 'try',
      payload: { rowId },
      key: `try-${rowId}`,
      attempts: 8,
      backoffMs: BACKOFF_MS,
    }));
    await this.#queues.add('import-rows', jobs);
  }
}
