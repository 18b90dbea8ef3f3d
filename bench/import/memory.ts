import type { Workbook } from '../../test/smoke/workbook.ts';
import type { Stage } from '../harness/benchmark.ts';
import { watchMemory } from '../harness/peak-memory.ts';
import type { BenchPostgres } from '../harness/postgres.ts';
import { startBenchServer } from '../harness/server.ts';
import { importRun, type RunFigures } from './ours.ts';

export interface MemoryFigures extends RunFigures {
  /** Resident memory in MiB, of the server and whatever it starts: before the import, and the most during it. */
  readonly idleMiB: number;
  readonly peakMiB: number;
}

/** One import by a server that has just been started, and how much memory it takes. */
export async function memoryRun(stage: Stage, postgres: BenchPostgres, workbook: Workbook): Promise<MemoryFigures> {
  const server = await startBenchServer(stage, postgres.url);
  const idleMiB = watchMemory(server.pid)();
  const watched = watchMemory(server.pid);
  const run = await importRun(server, postgres, workbook);
  const peakMiB = watched();
  await server.process.stop();
  return { ...run, idleMiB, peakMiB };
}
