import { setTimeout as delay } from 'node:timers/promises';
import type { Workbook } from '../../test/smoke/workbook.ts';
import type { Stage } from '../harness/benchmark.ts';
import type { BenchPostgres } from '../harness/postgres.ts';
import { type BenchServer, startBenchServer } from '../harness/server.ts';
import { importRun } from './ours.ts';
import { type ProbeFigures, probe, seedTickets } from './probe.ts';

const SECONDS = 12;
const TICKETS = 100;

export interface MeanwhileFigures {
  readonly name: string;
  readonly idle: ProbeFigures;
  readonly importing: ProbeFigures;
}

/** What callers feel of imports, which follow one another: in one process, and with the work in another one. */
export async function apiMeanwhile(
  stage: Stage,
  postgres: BenchPostgres,
  workbook: Workbook,
): Promise<MeanwhileFigures[]> {
  const all = await startBenchServer(stage, postgres.url);
  await seedTickets(all.admin, TICKETS);
  const together = await rounds(stage, 'one process', all, postgres, workbook);
  await all.process.stop();
  const api = await startBenchServer(stage, postgres.url, { ROLE: 'api' });
  const worker = await startBenchServer(stage, postgres.url, { ROLE: 'worker' }, api.admin);
  const apart = await rounds(stage, 'an API and a worker', api, postgres, workbook);
  await api.process.stop();
  await worker.process.stop();
  return [together, apart];
}

async function rounds(
  stage: Stage,
  name: string,
  server: BenchServer,
  postgres: BenchPostgres,
  workbook: Workbook,
): Promise<MeanwhileFigures> {
  stage.say(`the API of ${name}, warming up`);
  await probe(server.admin, importRun(server, postgres, workbook));
  stage.say(`the API of ${name}, idle`);
  const idle = await probe(server.admin, delay(SECONDS * 1_000));
  stage.say(`the API of ${name}, importing`);
  const importing = await probe(server.admin, importsFor(server, postgres, workbook));
  return { name, idle, importing };
}

async function importsFor(server: BenchServer, postgres: BenchPostgres, workbook: Workbook): Promise<void> {
  const end = performance.now() + SECONDS * 1_000;
  while (performance.now() < end) await importRun(server, postgres, workbook);
}
