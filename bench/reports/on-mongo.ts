import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import type { Stage } from '../harness/benchmark.ts';
import { type BenchMongo, benchMongo } from '../harness/mongo.ts';
import { startPostgres } from '../harness/postgres.ts';
import { type Figures, interleave, type Measured } from '../harness/rounds.ts';
import { startBenchServer } from '../harness/server.ts';
import { askEach, middle, untilFresh } from './benchmark.ts';
import { ask, count, type Question } from './questions.ts';
import { copyLogs, seedLogs } from './seed.ts';

const ASKED = 10;

/** What stands in for MongoDB gets so much less. */
const STAND_IN_SHARE = 10;
/** Making all reports anew takes longer there than a caller would wait. */
const PATIENT = { OPERATION_TIMEOUT_SECONDS: '120' };

export interface MongoFigures {
  readonly mongo: Pick<BenchMongo, 'name' | 'notes'>;
  readonly logs: number;
  readonly rollup: number;
  /** Ours, then the average resolution from the raw logs. */
  readonly measured: readonly Measured<Figures>[];
}

/** The same logs in both stores: equal answers, to the last digit, and how long they take. */
export async function measureMongo(
  stage: Stage,
  logs: number,
  questions: readonly Question[],
  end: Date,
): Promise<MongoFigures | null> {
  const mongo = await benchMongo(stage);
  if (!mongo) return null;
  const wanted = mongo.isReal ? logs : Math.round(logs / STAND_IN_SHARE);
  const uri = mongo.uri('bench');
  const { url } = await startPostgres(stage, 'beside-mongo');
  const server = await startBenchServer(stage, url, { MONGO_URI: uri, ...PATIENT });
  const same = await startPostgres(stage, 'same');
  const twin = await startBenchServer(stage, same.url, PATIENT);
  await stage.seeding(async () => {
    stage.say(`seeding ${wanted.toLocaleString('en-US')} logs in both stores`);
    await seedLogs(same.client, wanted, end);
    await copyLogs(same.client, uri);
  });
  stage.say('making the reports in MongoDB');
  const rollup = await untilFresh(server.admin);
  await untilFresh(twin.admin);
  for (const question of questions) {
    const [inMongo, inPostgres] = [await ask(server.admin, question), await ask(twin.admin, question)];
    question.check(inMongo, await count(same.client, question));
    assert.equal(JSON.stringify(inMongo), JSON.stringify(inPostgres), `${question.name} is the same in both stores`);
  }
  await twin.process.stop();
  await same.stop();
  const client = new MongoClient(uri);
  stage.onEnd(() => client.close());
  const measured = await interleave<Figures>(stage, [
    { name: 'TechSupport Pro', role: 'ours', run: () => askEach(server.admin, questions, ASKED) },
    { name: 'raw', role: 'peer', run: async () => ({ averageResolution: await middle(1, () => aggregate(client)) }) },
  ]);
  await server.process.stop();
  return { mongo, logs: wanted, rollup, measured };
}

/** Counts and averages alone: an exact median would need every value. */
function aggregate(client: MongoClient): Promise<unknown> {
  return client
    .db()
    .collection('ticket_logs')
    .aggregate([
      { $match: { status: { $in: ['RESOLVED', 'CLOSED'] } } },
      {
        $group: {
          _id: '$clientType',
          tickets: { $sum: 1 },
          ms: { $avg: { $subtract: ['$resolvedAt', '$createdAt'] } },
        },
      },
    ])
    .toArray();
}
