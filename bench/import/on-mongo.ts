import { MongoClient } from 'mongodb';
import type { Workbook } from '../../test/smoke/workbook.ts';
import type { Stage } from '../harness/benchmark.ts';
import { type BenchMongo, benchMongo } from '../harness/mongo.ts';
import { startPostgres } from '../harness/postgres.ts';
import { interleave, type Measured } from '../harness/rounds.ts';
import { startBenchServer } from '../harness/server.ts';
import { insertContender } from './bulk.ts';
import { type Alone, emptyDatabase, jobPerRow, type StageFigures, stageRounds } from './contenders.ts';
import { importRun, type RunFigures } from './ours.ts';

export interface MongoFigures {
  readonly mongo: Pick<BenchMongo, 'name' | 'notes'>;
  readonly rows: number;
  readonly totals: readonly Measured<RunFigures>[];
  readonly stages: Measured<StageFigures>;
}

/** The same with logs and imports in MongoDB; in what stands in for it a fiftieth of the rows, and once where it takes long. */
export async function measureMongo(
  stage: Stage,
  alone: Alone,
  { whole, tenth, sample }: Readonly<Record<'whole' | 'tenth' | 'sample', Workbook>>,
): Promise<MongoFigures | null> {
  const mongo = await benchMongo(stage);
  if (!mongo) return null;
  const workbook = mongo.isReal ? whole : sample;
  const databases = { bench: mongo.uri('bench'), alone: mongo.uri('alone'), rows: mongo.uri('rows') };
  const postgres = await startPostgres(stage, 'beside-mongo');
  const server = await startBenchServer(stage, postgres.url, { MONGO_URI: databases.bench });
  const client = new MongoClient(databases.bench);
  stage.onEnd(() => client.close());
  const run = () => importRun(server, postgres, workbook, client.db());
  stage.say('MongoDB, checking');
  const first = await run();
  const insert = await insertContender(postgres, databases.bench);
  const [ours, bulk] = await interleave(
    stage,
    [
      { name: 'TechSupport Pro', role: 'ours', run },
      { name: 'only insertMany of its logs', role: 'limit', run: insert },
    ],
    first.seconds > 10 ? 1 : 3,
  );
  await server.process.stop();
  const row = await jobPerRow(stage, mongo.isReal ? tenth : sample, postgres.url, databases.rows);
  const place = {
    databaseUrl: await emptyDatabase(postgres, 'alone'),
    mongoUri: databases.alone,
    postgresPid: postgres.pid,
  };
  const stages = await stageRounds(stage, alone, workbook, place, 1);
  return {
    mongo,
    rows: workbook.rows,
    totals: [ours, bulk, row].filter((each) => each !== null && each !== undefined),
    stages,
  };
}
