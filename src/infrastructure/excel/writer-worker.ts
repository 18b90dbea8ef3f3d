import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { writeWorkbook } from './write-workbook.ts';
import type { FromWriter, ToWriter, WritingTask } from './writer-messages.ts';

const port = parentPort;
if (!port) throw new Error('writer-worker runs only as a worker thread');

async function* pages() {
  if (!port) return;
  const messages = on(port, 'message');
  send({ kind: 'next' });
  for await (const [page] of messages) {
    const rows = page as ToWriter;
    if (rows === null) return;
    yield rows;
    send({ kind: 'next' });
  }
}

function send(message: FromWriter): void {
  port?.postMessage(message, message.kind === 'bytes' ? [message.bytes.buffer as ArrayBuffer] : []);
}

await writeWorkbook(workerData as WritingTask, pages(), (bytes) => send({ kind: 'bytes', bytes }));
send({ kind: 'end' });
port.close();
