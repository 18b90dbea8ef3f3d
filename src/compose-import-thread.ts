import { availableParallelism } from 'node:os';
import type { CommitChunk } from './application/import/commit-chunk.ts';
import type { CommittedChunk, RefreshReports } from './application/import/ports.ts';
import type { Logger } from './application/runtime.ts';
import type { Config } from './config.ts';
import { servingPace } from './infrastructure/serving-pace.ts';
import { WorkThread } from './infrastructure/work-thread.ts';

/** What the thread is started with. */
export interface ImportThreadTask {
  readonly config: Pick<Config, 'mongo' | 'graphql'>;
  readonly databaseUrl: string;
  readonly connections: number;
}

/** One chunk, to be committed at `now`; or the reports, to be summed up. */
export type ImportRequest =
  | { readonly kind: 'chunk'; readonly importId: string; readonly seq: number; readonly now: Date }
  | { readonly kind: 'reports' };

export interface ImportThread {
  readonly commit: CommitChunk;
  readonly refreshReports: RefreshReports;
  /** Chunks are to come soon. */
  wake(): void;
  /** Call it when nothing is in work any more: what is would fail, and be done later. */
  close(): Promise<void>;
}

/** While one waits for the database another is judged; with more, requests find fewer free cores, and memory fills. */
const AT_ONCE = 2;
const HEAP_MB = 256;
const IDLE_MS = 15_000;

/** With so many cores nobody has to wait for one. */
const CORES_ENOUGH = 4;

/** Lets imports be worked on in a thread of their own, so that the loop of events which answers requests does not notice. */
export function composeImportThread(parts: {
  readonly config: Pick<Config, 'mongo' | 'graphql'>;
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** The thread has committed events. */
  readonly onNews: () => void;
  /** How many operations this process has answered so far. */
  readonly answered: () => number;
  /** What the thread runs; this product's module unless given. */
  readonly script?: URL;
}): ImportThread {
  const { mongo, graphql } = parts.config;
  const data: ImportThreadTask = {
    config: { mongo, graphql },
    databaseUrl: parts.databaseUrl,
    connections: AT_ONCE,
  };
  const pace = servingPace(AT_ONCE, parts.answered, () => performance.now());
  const thread = new WorkThread<ImportRequest, CommittedChunk | null>({
    script:
      parts.script ??
      new URL(import.meta.url.endsWith('.ts') ? './import-thread.dev.mjs' : './import-thread.js', import.meta.url),
    data,
    name: 'import-work',
    atOnce: availableParallelism() < CORES_ENOUGH ? pace : () => AT_ONCE,
    heapMb: HEAP_MB,
    idleMs: IDLE_MS,
    logger: parts.logger,
    onNews: parts.onNews,
  });
  return {
    commit: (importId, seq, now) => thread.ask({ kind: 'chunk', importId, seq, now }),
    async refreshReports() {
      await thread.ask({ kind: 'reports' });
    },
    wake: () => thread.wake(),
    close: () => thread.close(),
  };
}
