import type { JobHandler, QueueName } from '../../src/application/queue/ports.ts';

/** One run of a job, that lasts until the test ends it. */
export interface Call {
  readonly payload: unknown;
  readonly attempt: number;
  readonly isLast: boolean;
  readonly signal: AbortSignal;
  end(error?: Error): void;
}

/** A handler whose every run waits to be ended by the test. */
export function controlled(queue: QueueName, name = 'job') {
  const calls: Call[] = [];
  const waiting: ((call: Call) => void)[] = [];
  const handler: JobHandler = {
    queue,
    name,
    handle: (payload, run) =>
      new Promise<void>((resolve, reject) => {
        const call = { payload, ...run, end: (error?: Error) => (error ? reject(error) : resolve()) };
        const taker = waiting.shift();
        if (taker) taker(call);
        else calls.push(call);
      }),
  };
  const next = () =>
    new Promise<Call>((resolve) => {
      const call = calls.shift();
      if (call) resolve(call);
      else waiting.push(resolve);
    });
  /** Runs that nobody has asked for yet. */
  const waitingRuns = () => calls.length;
  return { handler, next, waiting: waitingRuns };
}
