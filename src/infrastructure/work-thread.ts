import { Worker } from 'node:worker_threads';
import type { Logger } from '../application/runtime.ts';
import type { DescribedError } from './observability/redaction.ts';
import type { FromWorkThread, ToWorkThread } from './work-thread-messages.ts';

export interface WorkThreadOptions {
  /** What the thread runs: a module that calls `serveWork`. */
  readonly script: URL;
  /** What the module is given, as `workerData`. */
  readonly data: unknown;
  /** For its messages, and for the log. */
  readonly name: string;
  /** So many requests are with the thread at a time, as asked for before each is handed over; others wait for their turn here. */
  readonly atOnce: () => number;
  /** The JavaScript heap of the thread, in MB. */
  readonly heapMb: number;
  /** A thread that had nothing to do for so long is let go. */
  readonly idleMs: number;
  readonly logger: Logger;
  /** The thread has committed events. */
  readonly onNews: () => void;
}

/** New objects live here; most rows of a chunk are gone when it is full. */
const YOUNG_HEAP_MB = 64;

/** A thread that was told to end closes its connections; then it is ended. */
const END_MS = 2_000;

interface Asked<Answer> {
  readonly request: unknown;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One thread with a loop of events and a heap of its own, started with the first request. When it ends early, for whatever reason,
 * the requests that are with it fail, and the next one starts another thread.
 */
export class WorkThread<Request, Answer> {
  readonly #options: WorkThreadOptions;
  readonly #waiting: Asked<Answer>[] = [];
  readonly #running = new Map<number, Asked<Answer>>();
  #worker: Worker | null = null;
  #number = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WorkThreadOptions) {
    this.#options = options;
  }

  /** The thread's answer; rejects with what the thread's work rejected with, and when the thread ends early. */
  ask(request: Request): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(new Error(`The thread ${this.#options.name} is closed.`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#handOver();
    });
  }

  /** Starts the thread if there is none: it will be asked soon, and its start takes a while. */
  wake(): void {
    if (this.#isClosed || this.#worker) return;
    try {
      this.#start();
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        `the thread ${this.#options.name} could not be started ahead of its work`,
      );
      return;
    }
    this.#handOver();
  }

  /** Ends the thread, whatever is with it. Again: nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    await this.#letGo();
  }

  #handOver(): void {
    while (this.#running.size < this.#options.atOnce()) {
      const asked = this.#waiting.shift();
      if (!asked) break;
      clearTimeout(this.#idle);
      this.#number += 1;
      try {
        this.#send(this.#worker ?? this.#start(), { kind: 'request', number: this.#number, request: asked.request });
        this.#running.set(this.#number, asked);
      } catch (error) {
        // The machine has no thread to give, or the request cannot go to another thread.
        asked.reject(error);
      }
    }
    if (this.#running.size === 0 && this.#worker && !this.#isClosed) {
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => void this.#letGo(), this.#options.idleMs).unref();
    }
  }

  #start(): Worker {
    const { script, data, name, heapMb } = this.#options;
    const worker = new Worker(script, {
      workerData: data,
      name,
      // Flags of the process (a loader, a debugger) are not for this thread.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    });
    worker.on('message', (message: FromWorkThread<Answer>) => this.#take(message));
    worker.on('messageerror', (error) => this.#lose(worker, error));
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', (code) => this.#lose(worker, new Error(`The thread ${name} ended early (exit code ${code}).`)));
    this.#worker = worker;
    return worker;
  }

  #take(message: FromWorkThread<Answer>): void {
    if (message.kind === 'news') this.#options.onNews();
    else if (message.kind === 'log') this.#options.logger[message.level](message.fields, message.message);
    else this.#settle(message);
  }

  #settle(message: Exclude<FromWorkThread<Answer>, { kind: 'news' | 'log' }>): void {
    const asked = this.#running.get(message.number);
    this.#running.delete(message.number);
    if (message.kind === 'answer') asked?.resolve(message.answer);
    else asked?.reject(revived(message.error));
    this.#handOver();
  }

  /** The first word on a thread's end counts: what follows is only the thread falling apart. */
  #lose(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    void worker.terminate();
    const lost = [...this.#running.values()];
    this.#running.clear();
    for (const asked of lost) asked.reject(error);
    this.#handOver();
  }

  async #letGo(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = null;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    for (const asked of [...this.#running.values(), ...this.#waiting.splice(0)]) {
      asked.reject(new Error(`The thread ${this.#options.name} is being closed.`));
    }
    this.#running.clear();
    this.#send(worker, { kind: 'end' });
    const late = setTimeout(() => void worker.terminate(), END_MS);
    await ended;
    clearTimeout(late);
  }

  #send(worker: Worker, message: ToWorkThread<unknown>): void {
    worker.postMessage(message);
  }
}

/** The error as the thread had it, but for its class and what drivers hang on it. */
function revived({ type, message, stack, code, cause }: DescribedError): Error {
  const error = new Error(message, cause && { cause: revived(cause) });
  return Object.assign(error, { name: type, ...(stack && { stack }), ...(code && { code }) });
}
