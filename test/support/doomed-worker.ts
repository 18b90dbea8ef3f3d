// A worker process that takes a job, says so to its parent, and never ends it: for tests that kill it.
import { openQueues, type QueuePlace } from './open-queues.ts';

const [place = ''] = process.argv.slice(2);
const queues = await openQueues(JSON.parse(place) as QueuePlace);
const taken = () => {
  process.send?.('taken');
  return new Promise<void>(() => undefined);
};
queues.work([{ queue: 'imports', name: 'job', handle: taken }], { concurrency: {} });
