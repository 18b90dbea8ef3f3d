import { parentPort } from 'node:worker_threads';
import type { Logger } from '../application/runtime.ts';
import { describeError } from './observability/redaction.ts';
import type { FromWorkThread, ToWorkThread } from './work-thread-messages.ts';

/** What work in a thread tells the process. */
export interface ThreadVoice {
  readonly logger: Logger;
  /** Events were committed: the process is to announce them. */
  onEvents(): void;
}

export interface ThreadWork<Request, Answer> {
  answer(request: Request): Promise<Answer>;
  /** Lets go of what the work holds: the thread ends. */
  close(): Promise<void>;
}

/** Does in this thread what `WorkThread.ask` asks for, until the thread is let go; what is asked meanwhile waits for `open`. */
export async function serveWork<Request, Answer>(
  open: (voice: ThreadVoice) => Promise<ThreadWork<Request, Answer>>,
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This module runs only as a worker thread.');
  const send = (message: FromWorkThread<Answer>) => port.postMessage(message);
  const work = await open({ logger: sentLogger(send), onEvents: () => send({ kind: 'news' }) });
  const take = async (message: ToWorkThread<Request>): Promise<void> => {
    if (message.kind === 'end') {
      await work.close().catch(() => undefined);
      port.close();
      return;
    }
    const { number, request } = message;
    try {
      send({ kind: 'answer', number, answer: await work.answer(request) });
    } catch (error) {
      // A class does not survive the way between threads, and drivers hang a whole chunk of rows on theirs.
      send({ kind: 'failed', number, error: describeError(error) });
    }
  };
  port.on('message', (message: ToWorkThread<Request>) => void take(message));
}

function sentLogger(send: (message: FromWorkThread<never>) => void): Logger {
  const line = (level: 'info' | 'warn' | 'error') => (fields: Record<string, unknown>, message: string) => {
    const plain = Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? describeError(value) : value,
    ]);
    send({ kind: 'log', level, fields: Object.fromEntries(plain), message });
  };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
