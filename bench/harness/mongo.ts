import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { isMongoInstalled, startMongo } from '../../test/support/mongo-server.ts';
import type { Stage } from './benchmark.ts';

export interface BenchMongo {
  /** What tables call it. */
  readonly name: string;
  /** Whether it is MongoDB itself, and so fast enough for the whole work. */
  readonly isReal: boolean;
  /** What a reader has to know of its figures. */
  readonly notes: readonly string[];
  /** Of a database of the benchmark's own. */
  uri(database: string): string;
}

/** The server of MONGO_URI, else the one that tests use in place of it; null when there is neither. What is made there is removed. */
export async function benchMongo(stage: Stage): Promise<BenchMongo | null> {
  const given = process.env.MONGO_URI;
  if (given) return onGiven(stage, given);
  if (!isMongoInstalled()) return null;
  const server = await startMongo();
  stage.onEnd(() => server.stop());
  return {
    name: 'a stand-in for MongoDB',
    isReal: false,
    notes: ['The stand-in for MongoDB is written in Python: its figures say that it works, not how fast MongoDB is.'],
    uri: (database) => `mongodb://127.0.0.1:${server.port}/${database}?directConnection=true`,
  };
}

function onGiven(stage: Stage, given: string): BenchMongo {
  const suffix = randomBytes(4).toString('hex');
  return {
    name: 'MongoDB',
    isReal: true,
    notes: [],
    uri(database) {
      const url = new URL(given);
      url.pathname = `/bench_${database}_${suffix}`;
      stage.onEnd(async () => {
        const client = new MongoClient(url.href);
        await client.db().dropDatabase();
        await client.close();
      });
      return url.href;
    },
  };
}
