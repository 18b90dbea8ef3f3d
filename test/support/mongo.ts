import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { isMongoInstalled, startMongo } from './mongo-server.ts';

const given = inject('mongoUri');
const installed = isMongoInstalled();

/** Why suites on MongoDB cannot run here; null: they can. */
export const mongoMissing: string | null =
  given || installed ? null : 'no MongoDB: set MONGO_URI, or run "bash .ci/mongo" for a server to test with';

if (mongoMissing && process.env.CI) throw new Error(`In CI nothing is skipped, but here is ${mongoMissing}.`);
if (mongoMissing) console.warn(`SKIPPED: ${mongoMissing}.`);

/** Put at the end of a suite's name beside `describe.skipIf(mongoMissing)`: why it was skipped. */
export const mongoNote = mongoMissing ? ` (skipped, ${mongoMissing})` : '';

export interface TestMongo {
  /** Names a database of its own; `directConnection`, so that a proxy in front stays in front. */
  readonly uri: string;
  /** Removes the database, or the server that was started for it. */
  drop(): Promise<void>;
}

/** A database of a test file's own: on the server of MONGO_URI, else on one that is started for it (about 1 s). */
export async function createTestMongo(): Promise<TestMongo> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  if (given) {
    const uri = withDatabase(given, database);
    return { uri, drop: () => dropDatabase(uri) };
  }
  if (mongoMissing) throw new Error(`There is ${mongoMissing}.`);
  const server = await startMongo();
  const uri = `mongodb://127.0.0.1:${server.port}/${database}?directConnection=true`;
  return { uri, drop: () => server.stop() };
}

function withDatabase(uri: string, database: string): string {
  const url = new URL(uri);
  // An account is known where the URI says it is; without a word that is the database it names.
  const source = url.pathname.length > 1 ? url.pathname.slice(1) : 'admin';
  if (url.username && !url.searchParams.has('authSource')) url.searchParams.set('authSource', source);
  if (!url.searchParams.has('replicaSet')) url.searchParams.set('directConnection', 'true');
  url.pathname = `/${database}`;
  return url.href;
}

async function dropDatabase(uri: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}
