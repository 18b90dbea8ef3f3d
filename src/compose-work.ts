import type { NewId } from './application/runtime.ts';
import type { Desk } from './compose-desk.ts';
import type { composeImports } from './compose-imports.ts';
import type { Reports } from './compose-reports.ts';
import { inScope } from './compose-trace.ts';
import type { Config } from './config.ts';
import type { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import type { Logging } from './infrastructure/observability/logging.ts';
import { slaJobs } from './interfaces/jobs/sla-jobs.ts';
import { UPKEEP_SCHEDULES, upkeepJobs } from './interfaces/jobs/upkeep-jobs.ts';

export interface WorkParts {
  readonly config: Config;
  readonly logging: Logging;
  readonly queues: Pick<JobQueues, 'work' | 'schedule' | 'stopWorking'>;
  readonly desk: Desk;
  readonly reports: Reports;
  readonly imports: ReturnType<typeof composeImports>;
  readonly pruneRefreshTokens: () => Promise<number>;
  readonly newId: NewId;
}

/** What runs in the background: jobs, their schedules, the deadline timer and the projection of ticket logs. */
export interface Work {
  start(): Promise<void>;
  /** Takes nothing new and lets what runs end. */
  stop(): Promise<void>;
}

/** Wires the background work. Any number of processes may do it side by side: jobs are hints, rows are the truth. */
export function composeWork(parts: WorkParts): Work {
  const { config, logging, queues, desk, reports, imports, newId } = parts;
  const handlers = [
    ...imports.handlers,
    ...slaJobs(desk.jobs),
    ...upkeepJobs({
      ...reports,
      pruneRefreshTokens: parts.pruneRefreshTokens,
      auditClockShare: config.sla.audit ? desk.auditShare : async () => undefined,
    }),
  ].map((handler) => inScope(handler, logging, newId));
  const schedules = [
    ...imports.schedules,
    ...UPKEEP_SCHEDULES,
    { queue: 'sla-sweep', name: 'sweep', everyMs: config.sla.sweepSeconds * 1_000 } as const,
  ];

  return {
    async start() {
      queues.work(handlers, {
        concurrency: { 'import-chunks': config.imports.concurrency, 'import-rows': config.imports.concurrency },
      });
      await Promise.all(schedules.map(({ queue, name, everyMs }) => queues.schedule(queue, name, everyMs)));
      desk.deadlineTimer.start();
      reports.follower.start();
      await imports.resumeOpenImports();
    },
    async stop() {
      await Promise.all([desk.deadlineTimer.stop(), reports.follower.stop(), queues.stopWorking()]);
      await imports.settled();
    },
  };
}
