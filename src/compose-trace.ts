import type { JobHandler, QueueName } from './application/queue/ports.ts';
import type { NewId } from './application/runtime.ts';
import type { JobQueues, NewJob } from './infrastructure/bullmq/job-queues.ts';
import type { Logging, LogScope } from './infrastructure/observability/logging.ts';
import { type TraceFields, traceFields } from './interfaces/trace-context.ts';

type Queues = Pick<JobQueues, 'add' | 'counts'>;

/** Queues whose jobs carry the trace of whoever adds them, beside the payload. Handlers read only what they know of it. */
export function tracedQueues(queues: Queues, scope: Pick<LogScope, 'current'>): Queues {
  return {
    counts: () => queues.counts(),
    add: (queue: QueueName, jobs: readonly NewJob[]) => {
      const { traceparent } = scope.current();
      return queues.add(queue, typeof traceparent === 'string' ? jobs.map((job) => traced(job, traceparent)) : jobs);
    },
  };
}

/** The same handler, every line of which names the job and its trace, as lines of requests name theirs. */
export function inScope(handler: JobHandler, { logger, scope }: Logging, newId: NewId): JobHandler {
  const { queue, name } = handler;
  const handle: JobHandler['handle'] = async (payload, run) => {
    const startedAt = performance.now();
    await handler.handle(payload, run);
    logger.debug({ ms: Math.round(performance.now() - startedAt) }, 'job done');
  };
  return {
    ...handler,
    handle: (payload, run) =>
      scope.run({ requestId: newId(), queue, job: name, ...traceOf(payload) }, () => handle(payload, run)),
  };
}

/** The trace that a job was added under. */
export function traceOf(payload: unknown): TraceFields {
  return isObject(payload) ? traceFields(payload.traceparent) : {};
}

function traced(job: NewJob, traceparent: string): NewJob {
  const { payload } = job;
  if (payload !== null && !isObject(payload)) return job;
  return { ...job, payload: { ...payload, traceparent } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
