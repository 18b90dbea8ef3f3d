import { join } from 'node:path';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { startChild } from '../harness/child.ts';
import { startPostgres } from '../harness/postgres.ts';
import { interleave } from '../harness/rounds.ts';
import { startBenchServer } from '../harness/server.ts';
import type { AloneAnswer, AloneRequest } from './alone.ts';
import { copyContender } from './bulk.ts';
import { emptyDatabase, jobPerRow, readContender, stageRounds } from './contenders.ts';
import { apiMeanwhile } from './meanwhile.ts';
import { memoryRun } from './memory.ts';
import { measureMongo } from './on-mongo.ts';
import { forget, importRun } from './ours.ts';
import { report } from './report.ts';
import { workbookOf } from './workbook.ts';

/** BENCH_ROWS makes it smaller, to try something out: a multiple of 5,000. */
const ROWS = Number(process.env.BENCH_ROWS || 100_000);
const MANY = 10;

const OURS = 'TechSupport Pro';

/** Workbooks into ticket logs: in all, stage by stage, in memory, and what the API feels of it. */
export const imports: Benchmark = {
  name: 'import',
  about: `imports of ${ROWS.toLocaleString('en-US')} and ${(ROWS * MANY).toLocaleString('en-US')} rows x 11 columns, 1 % of them bad`,
  run: measure,
};

async function measure(stage: Stage): Promise<Outcome> {
  const [sample, tenth, whole, many] = await stage.seeding(async () => [
    await workbookOf(stage, ROWS / 50),
    await workbookOf(stage, ROWS / 10),
    await workbookOf(stage, ROWS),
    await workbookOf(stage, ROWS * MANY),
  ]);
  const postgres = await startPostgres(stage, 'postgres');
  const server = await startBenchServer(stage, postgres.url);
  const alone = startChild<AloneRequest, AloneAnswer>(stage, join(import.meta.dirname, 'alone.ts'));
  stage.say('checking, with a tenth, then with the whole');
  await importRun(server, postgres, tenth);
  await importRun(server, postgres, whole);
  const copy = await copyContender(postgres, whole.rows);
  const read = readContender(alone, whole);
  await read();

  const totals = await interleave(stage, [
    { name: OURS, role: 'ours', run: () => importRun(server, postgres, whole) },
    { name: 'only reading it', role: 'limit', run: read },
    { name: 'only COPY of its rows', role: 'limit', run: copy },
  ]);
  await forget(postgres.client);
  const row = await jobPerRow(stage, tenth, postgres.url, null);
  await forget(postgres.client);
  const stages = await stageRounds(stage, alone, whole, {
    databaseUrl: await emptyDatabase(postgres, 'alone'),
    mongoUri: null,
    postgresPid: postgres.pid,
  });
  await server.process.stop();

  stage.say('memory');
  const small = await memoryRun(stage, postgres, whole);
  const large = await memoryRun(stage, postgres, many);
  const largeCopy = await (await copyContender(postgres, many.rows))();
  const largeRead = await readContender(alone, many)();
  await forget(postgres.client);

  const meanwhile = await apiMeanwhile(stage, postgres, whole);
  const mongo = await measureMongo(stage, alone, { whole, tenth, sample });
  return report({
    rows: ROWS,
    many: ROWS * MANY,
    totals: row ? [...totals, row] : totals,
    stages,
    memory: { small, large, read: largeRead },
    largeTotals: { ours: large, read: largeRead, copy: largeCopy },
    meanwhile,
    mongo,
  });
}
