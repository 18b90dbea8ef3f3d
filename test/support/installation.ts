import { createDesk, type TestDesk } from './desk.ts';
import { Fleet } from './fleet.ts';
import { type JobWatch, watchPostgresJobs, watchRedisJobs } from './job-watch.ts';
import { startRedis, type TestRedis } from './redis-server.ts';
import type { ServerPlace } from './server-place.ts';

export type QueueHome = 'PostgreSQL' | 'Redis';

/** The product as several processes on stores of a test's own, and a desk that works on the same database from within the test. */
export interface Installation {
  readonly desk: TestDesk;
  readonly fleet: Fleet;
  /** Of the desk's admin. */
  readonly token: string;
  readonly jobs: JobWatch;
  /** Where the queues lie; null: in the database. */
  readonly redis: TestRedis | null;
  /** Tells all processes that there is news in the database. */
  wake(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes one without a process yet: `fleet.start` starts them. */
export async function openInstallation(place: ServerPlace, queues: QueueHome): Promise<Installation> {
  const desk = await createDesk({ realTime: true });
  const redis = queues === 'Redis' ? await startRedis() : null;
  const fleet = new Fleet(place, desk.url, { IMPORT_CHUNK_ROWS: '50', ...(redis ? { REDIS_URL: redis.url } : {}) });
  return {
    desk,
    fleet,
    token: await fleet.token(desk.admin),
    jobs: redis ? watchRedisJobs(redis.client) : watchPostgresJobs(desk.db.pool),
    redis,
    async wake() {
      if (redis) await redis.client.publish('{techsupport}:news', 'a test');
      else await desk.db.pool.query('NOTIFY techsupport_news');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...fleet.apis, ...fleet.workers].map((member) => fleet.stop(member)));
      await redis?.[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
    },
  };
}
