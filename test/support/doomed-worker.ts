// A worker process that takes a job, says so to its parent, and never ends it: for tests that kill it.
import { JobQueues } from '../../src/infrastructure/bullmq/job-queues.ts';

const [databaseUrl = ''] = process.argv.slice(2);
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const queues = await JobQueues.open({ databaseUrl, maxConnections: 4, logger });
const taken = () => {
  process.send?.('taken');
  return new Promise<void>(() => undefined);
};
queues.work([{ queue: 'imports', name: 'job', handle: taken }], { concurrency: {} });
