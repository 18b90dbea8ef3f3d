import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Column, hearOfBreaches, importHistory, startColumn } from './support/column-story.ts';
import { type Member, metricOf } from './support/fleet.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { describeWithRedis } from './support/redis.ts';
import { startRedis, type TestRedis } from './support/redis-server.ts';
import { ServerPlace } from './support/server-place.ts';

// What runs with nothing configured is told by the other e2e files, and from outside by test/smoke/main-job.ts.
const ROWS = 1_200;
/** The server that stands in for MongoDB is slower than it by far. */
const PATIENCE_MS = 180_000;

const place = new ServerPlace();

/** Starts what the variables of a column name before its tests, and ends it after them. */
function column(start: () => Promise<Column>): () => Column {
  let started: Column | undefined;
  beforeAll(async () => {
    started = await start();
  }, PATIENCE_MS);
  afterAll(() => started?.stop(), PATIENCE_MS);
  return () => {
    if (!started) throw new Error('The column was not started.');
    return started;
  };
}

/** A Redis or a MongoDB for the tests of a suite; ended after them, and after whatever was started later. */
function server<T>(start: () => Promise<T>, end: (server: T) => Promise<unknown>): () => T {
  let started: T | undefined;
  beforeAll(async () => {
    started = await start();
  });
  afterAll(() => started && end(started));
  return () => {
    if (!started) throw new Error('It was not started.');
    return started;
  };
}
const redisServer = () => server<TestRedis>(startRedis, (redis) => redis[Symbol.asyncDispose]());
const mongoServer = () => server<TestMongo>(createTestMongo, (mongo) => mongo.drop());

/** How what a process needs stands, by name. */
async function healthOf({ origin }: Member): Promise<Record<string, string>> {
  const response = await fetch(`${origin}/health/ready`);
  expect(response.status).toBe(200);
  const { checks } = (await response.json()) as { checks: Record<string, { status: string }> };
  return Object.fromEntries(Object.entries(checks).map(([name, { status }]) => [name, status]));
}

describe.skipIf(mongoMissing)(`with MongoDB${mongoNote}`, { timeout: PATIENCE_MS }, () => {
  describeWithRedis('two APIs and two workers on PostgreSQL, Redis and MongoDB', () => {
    const redis = redisServer();
    const mongo = mongoServer();
    const configured = column(() =>
      startColumn(place, ['api', 'api', 'worker', 'worker'], { REDIS_URL: redis().url, MONGO_URI: mongo().uri }),
    );

    it('tell of broken promises live, and to who was cut off what they missed, once', async () => {
      await hearOfBreaches(configured());
    });

    it('import a workbook in step with its subscriber, keep its bad rows, and report on the rest', async () => {
      const { workers } = configured().fleet;
      const good = await importHistory(configured(), ROWS);
      const written = await Promise.all(workers.map((each) => metricOf(each, 'import_rows_total', '"succeeded"')));
      expect(written.every((rows) => rows > 0)).toBe(true);
      expect(written.reduce((sum, rows) => sum + rows, 0)).toBe(good);
    });

    it('count live tickets in the same reports, through either API', async () => {
      const { admin, desk } = configured();
      const opened = async (n: number) => {
        const query = '{ reports { weeklyStatus(weeks: 1) { opened } } }';
        type Answer = { reports: { weeklyStatus: { opened: number }[] } };
        return (await admin(n).ask<Answer>(query)).reports.weeklyStatus[0]?.opened ?? 0;
      };
      const before = await opened(0);
      await desk.ticket(await desk.client('NORMAL'));
      expect(await opened(1)).toBe(before + 1);
    });

    it('are well and say so, and nothing is overdue without an alert', async () => {
      const { apis, workers } = configured().fleet;
      for (const member of [...apis, ...workers]) {
        const health = await healthOf(member);
        expect(health).toMatchObject({ postgres: 'up', queues: 'up', 'wake-up': 'up', mongo: 'up' });
        expect(await metricOf(member, 'sla_overdue_unalerted')).toBe(0);
      }
      const numbers = await configured().admin(0).get('/health/metrics');
      expect(numbers.status).toBe(200);
    });
  });

  describe('an API and a worker on PostgreSQL and MongoDB, with queues in PostgreSQL', () => {
    const mongo = mongoServer();
    const mix = column(() => startColumn(place, ['api', 'worker'], { MONGO_URI: mongo().uri }));

    it('tell of broken promises, import and report', async () => {
      await hearOfBreaches(mix());
      await importHistory(mix(), ROWS / 4);
    });
  });
});

describeWithRedis('an API and a worker on PostgreSQL and Redis, with logs and reports in PostgreSQL', () => {
  const redis = redisServer();
  const mix = column(() => startColumn(place, ['api', 'worker'], { REDIS_URL: redis().url }));

  it(
    'tell of broken promises, import and report',
    async () => {
      await hearOfBreaches(mix());
      await importHistory(mix(), ROWS / 4);
    },
    PATIENCE_MS,
  );
});
