import { sql } from 'drizzle-orm';
import type { Desk } from './compose-desk.ts';
import { DomainError } from './domain/domain-error.ts';
import type { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import { watchEventLoop } from './infrastructure/observability/event-loop-lag.ts';
import type { Metrics } from './infrastructure/observability/metrics.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { pendingMigrations } from './infrastructure/postgres/migrate.ts';
import type { PostgresWakeUp } from './infrastructure/postgres/wake-up.ts';
import type { HealthCheck } from './interfaces/http/health.ts';

export interface ProbeParts {
  readonly metrics: Metrics;
  /** The pool whose use is measured: that of requests, or of a worker's jobs. */
  readonly db: Database;
  readonly wakeUp: Pick<PostgresWakeUp, 'isListening'>;
  readonly queues: Pick<JobQueues, 'counts'>;
  readonly desk: Desk;
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
    databasePool: () => ({ total: db.pool.totalCount, idle: db.pool.idleCount, waiting: db.pool.waitingCount }),
  });
  return { healthChecks: healthChecks(parts), summary: summary(parts) };
}

function healthChecks({ db, queues, wakeUp }: ProbeParts): HealthCheck[] {
  return [
    {
      name: 'postgres',
      critical: true,
      check: async () => {
        await db.sql.execute(sql`SELECT 1`);
      },
    },
    {
      name: 'migrations',
      critical: true,
      check: async () => {
        const pending = await pendingMigrations(db.pool);
        if (pending > 0) {
          const message = `${pending} migrations are pending: restart the server to apply them.`;
          throw new DomainError('UNAVAILABLE', message, { retryAfterSeconds: 30 });
        }
      },
    },
    {
      name: 'queues',
      critical: false,
      check: async () => {
        await queues.counts();
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
  return async () => ({
    uptimeSeconds: Math.floor(process.uptime()),
    memory: process.memoryUsage(),
    eventLoopLagMs: eventLoop.read(),
    queues: await queues.counts(),
    clocks: { ...(await desk.clockCounts()), overdueUnalerted: await desk.overdueUnalerted() },
    subscribers: desk.hub.size,
  });
}
