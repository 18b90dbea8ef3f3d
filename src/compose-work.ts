import type { NewId } from './application/runtime.ts';
import type { Desk } from './compose-desk.ts';
import type { composeImports } from './compose-imports.ts';
import type { Reports } from './compose-reports.ts';
import type { Retention } from './compose-retention.ts';
import { inScope } from './compose-trace.ts';
import type { Config } from './config.ts';
import type { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import type { Logging } from './infrastructure/observability/logging.ts';
import { slaJobs } from './interfaces/jobs/sla-jobs.ts';
import { UPKEEP_SCHEDULES, upkeepJobs } from './interfaces/jobs/upkeep-jobs.ts';

export interface WorkParts {
  readonly config: Config;
  readonly logging: Logging;
  readonly queues: Pick<JobQueues, 'work' | 'schedule' | 'onRestored' | 'stopWorking'>;
  readonly desk: Desk;
  readonly reports: Reports;
  readonly imports: ReturnType<typeof composeImports>;
  readonly retention: Retention;
  readonly newId: NewId;
}

/** What runs in the background: jobs, their schedules, the deadline timer and the projection of ticket logs. */
export interface Work {
  start(): Promise<void>;
  /** Takes nothing new and lets what runs end. */
  stop(): Promise<void>;
}

/** So many files a process reads at a time, each in a thread with a heap of its own; further ones wait for one of them. */
const FILES_AT_ONCE = 6;

/** Of the chunks that a process works on at a time, so many may only be first ones of an import. */
const SHARE_OF_FIRST_CHUNKS = 0.2;

/** Wires the background work. Any number of processes may do it side by side: jobs are hints, rows are the truth. */
export function composeWork(parts: WorkParts): Work {
  const { config, logging, queues, desk, reports, imports, newId } = parts;
  const handlers = [
    ...imports.handlers,
    ...slaJobs(desk.jobs),
    ...upkeepJobs({
      ...reports,
      ...parts.retention,
      auditClockShare: config.sla.audit ? desk.auditShare : async () => undefined,
    }),
  ].map((handler) => inScope(handler, logging, newId));
  const schedules = [
    ...imports.schedules,
    ...UPKEEP_SCHEDULES,
    // Promises are kept with or without queues.
    { queue: 'sla-sweep', name: 'sweep', everyMs: config.sla.sweepSeconds * 1_000, goesOnAlone: true } as const,
  ];

  /** While the queues are away it fails, and is called again when they are back. */
  const resumeOpenImports = () =>
    imports.resumeOpenImports().catch((error: unknown) => {
      logging.logger.warn({ err: error }, 'open imports could not be queued; the next round does it');
    });

  return {
    async start() {
      const { concurrency } = config.imports;
      const first = Math.ceil(concurrency * SHARE_OF_FIRST_CHUNKS);
      queues.work(handlers, {
        concurrency: {
          imports: FILES_AT_ONCE,
          'import-first-chunks': first,
          'import-chunks': Math.max(1, concurrency - first),
          'import-rows': concurrency,
        },
      });
      await Promise.all(
        schedules.map(({ queue, name, everyMs, ...options }) => queues.schedule(queue, name, everyMs, options)),
      );
      desk.deadlineTimer.start();
      reports.follower.start();
      queues.onRestored(() => void resumeOpenImports());
      await resumeOpenImports();
    },
    async stop() {
      await Promise.all([desk.deadlineTimer.stop(), reports.follower.stop(), queues.stopWorking()]);
      await imports.settled();
    },
  };
}
