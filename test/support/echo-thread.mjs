// A thread that does as it is told, for the tests of threads that work.
import { randomUUID } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { serveWork } = await import('../../src/infrastructure/serve-work.ts');
const own = randomUUID();

await serveWork(async ({ logger, onEvents }) => ({
  async answer(asked) {
    if (asked === 'exit') process.exit(7);
    if (asked === 'hang') await new Promise(() => undefined);
    if (asked === 'news') onEvents();
    if (asked.log) logger.warn({ err: new Error('lost') }, asked.log);
    if (asked.fail) {
      const cause = new Error('disk full');
      throw Object.assign(new RangeError(asked.fail, { cause }), { code: '53100', rows: [() => 1] });
    }
    return `${own} ${workerData} ${asked.say}`;
  },
  close: async () => undefined,
}));
