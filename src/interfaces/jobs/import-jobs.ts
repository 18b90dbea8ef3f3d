import * as z from 'zod';
import type { readFile } from '../../application/import/read-file.ts';
import type { resumeOpenImports } from '../../application/import/resume-open-imports.ts';
import type { sweepUploads } from '../../application/import/sweep-uploads.ts';
import type { tryAllRows, tryRow } from '../../application/import/try-row.ts';
import type { writeChunk } from '../../application/import/write-chunk.ts';
import type { JobHandler } from '../../application/queue/ports.ts';

const ReadPayload = z.object({ importId: z.uuid() });
const WritePayload = z.object({ importId: z.uuid(), seq: z.int().min(0) });
const TryAllPayload = z.object({ importId: z.uuid() });
const TryPayload = z.object({ rowId: z.uuid() });

export interface ImportJobDeps {
  readonly readFile: ReturnType<typeof readFile>;
  readonly writeChunk: ReturnType<typeof writeChunk>;
  readonly tryRow: ReturnType<typeof tryRow>;
  readonly tryAllRows: ReturnType<typeof tryAllRows>;
  readonly resumeOpenImports: ReturnType<typeof resumeOpenImports>;
  readonly sweepUploads: ReturnType<typeof sweepUploads>;
}

/** What is to run at intervals for the imports, in milliseconds. */
export const IMPORT_SCHEDULES = [
  { queue: 'maintenance', name: 'resume-imports', everyMs: 15_000 },
  { queue: 'maintenance', name: 'sweep-uploads', everyMs: 3_600_000 },
] as const;

/** A row failed and has a trial left: the queue waits longer each time. */
class TryAgain extends Error {}

/** The jobs of the import pipeline: each parses its payload and calls one use case. */
export function importJobs(deps: ImportJobDeps): readonly JobHandler[] {
  return [
    {
      queue: 'imports',
      name: 'read',
      handle: async (payload, run) => deps.readFile(ReadPayload.parse(payload).importId, run),
    },
    ...(['import-first-chunks', 'import-chunks'] as const).map((queue) => ({
      queue,
      name: 'write',
      handle: async (payload: unknown) => {
        const { importId, seq } = WritePayload.parse(payload);
        await deps.writeChunk(importId, seq);
      },
    })),
    {
      queue: 'import-rows',
      name: 'try',
      handle: async (payload) => {
        const outcome = await deps.tryRow(TryPayload.parse(payload).rowId);
        if (outcome === 'again') throw new TryAgain('The row could not be stored; it will be tried again.');
      },
    },
    {
      queue: 'import-rows',
      name: 'try-all',
      handle: async (payload, run) => deps.tryAllRows(TryAllPayload.parse(payload).importId, run),
    },
    { queue: 'maintenance', name: 'resume-imports', handle: () => deps.resumeOpenImports() },
    { queue: 'maintenance', name: 'sweep-uploads', handle: () => deps.sweepUploads() },
  ];
}
