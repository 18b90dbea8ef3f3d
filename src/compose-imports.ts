import { setTimeout as delay } from 'node:timers/promises';
import { Breath } from './application/breath.ts';
import { progressAnnouncer } from './application/import/announce-progress.ts';
import { cancelImport } from './application/import/cancel-import.ts';
import { type CommitChunk, commitChunk } from './application/import/commit-chunk.ts';
import type { SheetCutter } from './application/import/cut-sheet.ts';
import { discardDeadLetters } from './application/import/discard-dead-letters.ts';
import { findImport } from './application/import/find-import.ts';
import { finishImport } from './application/import/finish-import.ts';
import { importTickets } from './application/import/import-tickets.ts';
import { listDeadLetters } from './application/import/list-dead-letters.ts';
import { listImports } from './application/import/list-imports.ts';
import type { CountRows, ImportStores, Pause, PoliciesInForce, RefreshReports } from './application/import/ports.ts';
import { readFile } from './application/import/read-file.ts';
import { resumeImport } from './application/import/resume-import.ts';
import { resumeOpenImports } from './application/import/resume-open-imports.ts';
import { retryDeadLetters } from './application/import/retry-dead-letters.ts';
import { sweepUploads } from './application/import/sweep-uploads.ts';
import { tryAllRows, tryRow } from './application/import/try-row.ts';
import { writeChunk } from './application/import/write-chunk.ts';
import { readQueueStats } from './application/queue/read-queue-stats.ts';
import type { Clock, Logger, NewId } from './application/runtime.ts';
import { BullmqImportJobs } from './infrastructure/bullmq/import-job-queue.ts';
import type { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import { translateMongoError } from './infrastructure/mongo/translate-error.ts';
import { translatePostgresError } from './infrastructure/postgres/translate-error.ts';
import { IMPORT_SCHEDULES, importJobs } from './interfaces/jobs/import-jobs.ts';

export interface ImportParts {
  readonly stores: ImportStores;
  readonly queues: Pick<JobQueues, 'add' | 'counts'>;
  readonly cutter: SheetCutter;
  /** Where chunks are written; in this thread unless given. */
  readonly commitChunk?: CommitChunk;
  /** Told when a file is begun, of which chunks are to be written soon. */
  readonly onReading?: () => void;
  readonly policiesInForce: PoliciesInForce;
  readonly refreshReports: RefreshReports;
  readonly clock: Clock;
  /** UUIDv7: the age of an abandoned upload is read from its id. */
  readonly newId: NewId;
  readonly logger: Logger;
  readonly countRows: CountRows;
  /** The largest file, in bytes. */
  readonly maxBytes: number;
  /** Rows in one chunk. */
  readonly chunkRows: number;
}

/** About half a millisecond of judging rows. */
const ROWS_PER_TURN = 100;

/** Either store may be the one that is away, whichever keeps the imports: the jobs are Postgres's matter as well. */
function isAway(error: unknown): boolean {
  const trouble = translatePostgresError(error) ?? translateMongoError(error);
  return trouble?.code === 'UNAVAILABLE' || trouble?.code === 'TIMEOUT';
}

/** The import pipeline: use cases for the API, job handlers and schedules for the workers. */
export function composeImports({ stores, ...parts }: ImportParts) {
  const jobs = new BullmqImportJobs(parts.queues);
  const pause: Pause = (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {});
  const shared = { ...parts, ...stores, jobs, pause, isAway };
  const progress = progressAnnouncer(shared);
  const finish = finishImport(shared);
  const working = { ...shared, progress, finish, breath: new Breath(ROWS_PER_TURN) };
  const commit = parts.commitChunk ?? commitChunk(working);
  const resume = resumeOpenImports(working);

  return {
    useCases: {
      importTickets: importTickets(shared),
      cancelImport: cancelImport(shared),
      resumeImport: resumeImport(shared),
      retryDeadLetters: retryDeadLetters(shared),
      discardDeadLetters: discardDeadLetters(shared),
      findImport: findImport(shared),
      listImports: listImports(shared),
      listDeadLetters: listDeadLetters(shared),
      readQueueStats: readQueueStats({ queues: parts.queues }),
    },
    handlers: importJobs({
      readFile: readFile(working),
      writeChunk: writeChunk({ ...working, commit }),
      tryRow: tryRow(working),
      tryAllRows: tryAllRows(working),
      resumeOpenImports: resume,
      sweepUploads: sweepUploads(shared),
    }),
    schedules: IMPORT_SCHEDULES,
    /** Takes up whatever an earlier run left open; call it once the workers work. */
    resumeOpenImports: resume,
    /** How many rows are dead letters now, of all imports. */
    countDeadLetters: async () =>
      (await stores.deadLetters.list({ importId: null, first: 1, after: null })).totalCount(),
    /** Resolves when the last progress is announced; call it after the workers have stopped. */
    settled: () => progress.settled(),
  };
}
