import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ThreadedReaderSettings } from '../../src/infrastructure/excel/threaded-workbook-reader.ts';
import type { WholeSheet } from './sheets.ts';

export interface ReadingOrder {
  readonly path: string;
  /** By the reader of the product, in a thread of its own; else what that thread runs, without the thread's start. */
  readonly isThreaded: boolean;
  /** Whether the rows come back, or only their number. */
  readonly isKept?: boolean;
  readonly settings?: ThreadedReaderSettings;
}

/** What became of a file, and what it cost the process that read it. */
export interface Reading {
  readonly rowCount: number;
  readonly sheet: WholeSheet | null;
  /** The sentence of a refusal. */
  readonly refusal: string | null;
  /** Any other error. */
  readonly fault: string | null;
  /** Processor time of all threads: unlike the clock's, it does not depend on what else the machine does. */
  readonly cpuMs: number;
  /** Resident memory beyond what the process had, at the most. */
  readonly moreMb: number;
  /** The longest time in which the process answered nobody. */
  readonly lagMs: number;
  /** What the process has open after it, as far as the system tells, and its resident memory. */
  readonly left: { readonly files: number; readonly threads: number; readonly mb: number };
}

/** Far longer than any file may take; a process that says nothing for so long hangs. */
const SILENCE_MS = 60_000;

/** A process that reads files, so that their cost can be measured and nothing that they do to it reaches the tests. */
export class ReadingProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<ReadingProcess> {
    const child = fork(new URL('./hostile-child.ts', import.meta.url), [], {
      execArgv: ['--import', 'tsx', '--expose-gc'],
      serialization: 'advanced',
    });
    await once(child, 'message');
    return new ReadingProcess(child);
  }

  /** Reads one file; one at a time. Throws when the process dies of it or hangs. */
  async read(order: ReadingOrder): Promise<Reading> {
    const over = new AbortController();
    const { signal } = over;
    const timer = setTimeout(() => over.abort(new Error(`no answer about ${order.path}`)), SILENCE_MS);
    try {
      const died = once(this.#child, 'exit', { signal }).then(([code, name]) => {
        throw new Error(`the reading process died of ${order.path}: ${code ?? name}`);
      });
      const answered = once(this.#child, 'message', { signal });
      died.catch(() => undefined);
      answered.catch(() => undefined);
      this.#child.send(order);
      const [reading] = await Promise.race([answered, died]);
      return reading as Reading;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** What any sentence to the person who sent a file looks like. */
export const SENTENCE = /^The [^\p{Cc}\p{Cs}]{10,600}[.?)]$/u;
