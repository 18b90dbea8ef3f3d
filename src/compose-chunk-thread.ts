import type { CommitChunk } from './application/import/commit-chunk.ts';
import type { CommittedChunk } from './application/import/ports.ts';
import type { Logger } from './application/runtime.ts';
import type { Config } from './config.ts';
import { WorkThread } from './infrastructure/work-thread.ts';

/** What the thread is started with. */
export interface ChunkThreadTask {
  readonly config: Pick<Config, 'mongo' | 'graphql'>;
  readonly databaseUrl: string;
  readonly connections: number;
}

/** One chunk, to be committed at `now`. */
export interface ChunkRequest {
  readonly importId: string;
  readonly seq: number;
  readonly now: Date;
}

export interface ChunkThread {
  readonly commit: CommitChunk;
  /** Call it when no chunk is in work any more: one that is would fail, and be written later. */
  close(): Promise<void>;
}

/** While one waits for the database another is judged; with more, requests find fewer free cores, and memory fills. */
const CHUNKS_AT_ONCE = 2;
const HEAP_MB = 256;
const IDLE_MS = 15_000;

/** Lets chunks be written in a thread of their own, so that the loop of events which answers requests does not notice. */
export function composeChunkThread(parts: {
  readonly config: Pick<Config, 'mongo' | 'graphql'>;
  readonly databaseUrl: string;
  readonly logger: Logger;
  /** The thread has committed events. */
  readonly onNews: () => void;
  /** What the thread runs; this product's module unless given. */
  readonly script?: URL;
}): ChunkThread {
  const { mongo, graphql } = parts.config;
  const data: ChunkThreadTask = {
    config: { mongo, graphql },
    databaseUrl: parts.databaseUrl,
    connections: CHUNKS_AT_ONCE,
  };
  const thread = new WorkThread<ChunkRequest, CommittedChunk | null>({
    script:
      parts.script ??
      new URL(import.meta.url.endsWith('.ts') ? './chunk-thread.dev.mjs' : './chunk-thread.js', import.meta.url),
    data,
    name: 'chunk-writer',
    atOnce: CHUNKS_AT_ONCE,
    heapMb: HEAP_MB,
    idleMs: IDLE_MS,
    logger: parts.logger,
    onNews: parts.onNews,
  });
  return {
    commit: (importId, seq, now) => thread.ask({ importId, seq, now }),
    close: () => thread.close(),
  };
}
