// The thread that works on imports, which dies when a test says so: by its end, or for want of memory.
import { BroadcastChannel } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

const orders = new BroadcastChannel('deaths of the import thread');
orders.onmessage = ({ data }) => {
  if (data === 'exit') process.exit(1);
  const hoard = [];
  for (;;) hoard.push(new Array(100_000).fill(data));
};
orders.unref();
register();
await import('../../src/import-thread.ts');
