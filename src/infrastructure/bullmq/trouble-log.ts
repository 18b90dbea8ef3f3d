import type { QueueName } from '../../application/queue/ports.ts';
import type { Logger } from '../../application/runtime.ts';

/** The same trouble of the same queue is told again after this long. */
const QUIET_MS = 10_000;
/** Messages that are remembered; a store that says something new each time does not fill the memory. */
const REMEMBERED = 100;

/** Trouble with the queues as log lines: the same a thousand times a second is one line in ten seconds. */
export class TroubleLog {
  readonly #logger: Logger;
  readonly #told = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  report(error: unknown, queue?: QueueName): void {
    const key = `${queue}: ${error instanceof Error ? error.message : error}`;
    const now = performance.now();
    const last = this.#told.get(key);
    if (last !== undefined && now - last < QUIET_MS) return;
    if (this.#told.size >= REMEMBERED) this.#told.clear();
    this.#told.set(key, now);
    this.#logger.warn({ err: error, queue }, 'trouble with the job queues');
  }
}
