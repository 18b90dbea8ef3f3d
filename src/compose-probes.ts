import { sql } from 'drizzle-orm';
import { QUEUES } from './application/queue/ports.ts';
import type { Clock, ProcessWakeUp } from './application/runtime.ts';
import type { Desk } from './compose-desk.ts';
import { DomainError } from './domain/domain-error.ts';
import type { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';
import { watchEventLoop } from './infrastructure/observability/event-loop-lag.ts';
import { keptReading } from './infrastructure/observability/kept-reading.ts';
import type { Metrics } from './infrastructure/observability/metrics.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { pendingMigrations } from './infrastructure/postgres/migrate.ts';
import type { RedisConnections } from './infrastructure/redis/redis-connections.ts';
import type { HealthCheck } from './interfaces/http/health.ts';

/** For counts that grow with the desk: scrapes and probes share them. */
const KEPT_MS = 15_000;

export interface ProbeParts {
  readonly metrics: Metrics;
  /** The pool whose use is measured: that of requests, or of a worker's jobs. */
  readonly db: Database;
  /** For the probes themselves. */
  readonly probeDb: Database;
  readonly wakeUp: Pick<ProcessWakeUp, 'isListening'>;
  readonly queues: Pick<JobQueues, 'counts' | 'waitingSince'>;
  /** Absent: the queues lie in the database. */
  readonly redis: Pick<RedisConnections, 'problem'> | undefined;
  /** Null: what it would keep is in the database. */
  readonly mongo: Pick<Mongo, 'ping'> | null;
  readonly desk: Desk;
  readonly countDeadLetters: () => Promise<number>;
  readonly clock: Clock;
}

/** What an operator can see of a process, whatever it does. */
export interface Probes {
  readonly healthChecks: readonly HealthCheck[];
  readonly summary: () => Promise<Record<string, unknown>>;
}

/** Health checks, the numbers of `/health/metrics`, and the sources of `/metrics`. */
export function composeProbes(parts: ProbeParts): Probes {
  const { db, queues, desk, metrics } = parts;
  const queueDepths = async () =>
    (await queues.counts()).flatMap(({ name, paused: _, ...states }) =>
      Object.entries(states).map(([state, jobs]) => ({ queue: name, state, jobs })),
    );
  metrics.collectFrom({
    overdueUnalerted: desk.overdueUnalerted,
    queues: queueDepths,
    queueAges: async () => {
      const waiting = new Map((await queues.waitingSince()).map(({ queue, since }) => [queue, since.getTime()]));
      const now = parts.clock.now().getTime();
      return QUEUES.map((queue) => ({ queue, seconds: Math.max(0, now - (waiting.get(queue) ?? now)) / 1_000 }));
    },
    deadLetters: keptReading(parts.countDeadLetters, KEPT_MS),
    databasePool: () => ({ total: db.pool.totalCount, idle: db.pool.idleCount, waiting: db.pool.waitingCount }),
  });
  return { healthChecks: healthChecks(parts), summary: summary(parts) };
}

function healthChecks({ probeDb, mongo, queues, redis, wakeUp }: ProbeParts): HealthCheck[] {
  return [
    {
      name: 'postgres',
      critical: true,
      check: async () => {
        await probeDb.sql.execute(sql`SELECT 1`);
      },
    },
    {
      name: 'migrations',
      critical: true,
      check: async () => {
        const pending = await pendingMigrations(probeDb.pool);
        if (pending > 0) {
          const message = `${pending} migrations are pending: restart the server to apply them.`;
          throw new DomainError('UNAVAILABLE', message, { retryAfterSeconds: 30 });
        }
      },
    },
    // Tickets and their promises need none of it.
    ...(mongo ? [{ name: 'mongo', critical: false, check: () => mongo.ping() }] : []),
    {
      name: 'queues',
      critical: false,
      check: async () => {
        await queues.counts();
        return redis?.problem;
      },
    },
    {
      name: 'wake-up',
      critical: false,
      check: async () =>
        wakeUp.isListening ? undefined : 'Not listening: live events are found by polling, up to a second late.',
    },
  ];
}

function summary({ desk, queues }: ProbeParts): () => Promise<Record<string, unknown>> {
  const eventLoop = watchEventLoop();
  const clockCounts = keptReading(desk.clockCounts, KEPT_MS);
  return async () => ({
    uptimeSeconds: Math.floor(process.uptime()),
    memory: process.memoryUsage(),
    eventLoopLagMs: eventLoop.read(),
    // The rest can be told without them.
    queues: await queues.counts().catch(() => null),
    clocks: { ...(await clockCounts()), overdueUnalerted: await desk.overdueUnalerted() },
    subscribers: desk.hub.size,
  });
}
