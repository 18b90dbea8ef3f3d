import type { Clock, Logger, WakeUp } from '../runtime.ts';
import type { Deadlines } from './ports.ts';

const HORIZON_MS = 60_000;
const MOST_DEADLINES = 500;
/** After a miss (somebody held the row, another claimer was at it) the claimer is asked again this soon. */
const RETRY_MS = 25;
/** News comes in bursts; the deadlines are read again at most this often. */
const REFRESH_MS = 50;

interface Deps {
  readonly deadlines: Deadlines;
  readonly detectBreaches: () => Promise<number>;
  readonly wakeUp: WakeUp;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Waits for the nearest deadlines with one timer and calls the claimer when one is due. It is only the faster of two hints: the sweep
 * finds whatever this one misses. News in the event log makes it read the deadlines anew, since one may have come nearer.
 */
export class DeadlineTimer {
  readonly #deps: Deps;
  #deadlines: number[] = [];
  #timer: NodeJS.Timeout | null = null;
  #stopListening: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #stale = true;
  #stopped = true;
  #readAt = 0;
  #wakeAt = Number.POSITIVE_INFINITY;
  #failed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#stopped = false;
    this.#stopListening = this.#deps.wakeUp.onNews(() => {
      this.#stale = true;
      this.#wake(Math.max(0, this.#readAt + REFRESH_MS - this.#now()));
    });
    this.#wake(0);
  }

  /** Stops waiting; resolves when a claim that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening?.();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }

  /** One timer, at the earliest instant that anybody asked for. */
  #wake(inMs: number): void {
    if (this.#stopped || this.#running) return;
    const at = this.#now() + inMs;
    if (this.#timer && this.#wakeAt <= at) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#wakeAt = at;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#running = this.#turn().finally(() => {
        this.#running = null;
        this.#plan();
      });
    }, inMs);
  }

  async #turn(): Promise<void> {
    try {
      if (this.#dueNow()) {
        await this.#deps.detectBreaches();
        this.#stale = true;
      }
      if (this.#stale || this.#now() - this.#readAt > HORIZON_MS / 2) await this.#read();
    } catch (error) {
      this.#stale = true;
      this.#failed = true;
      this.#deps.log.warn({ err: error }, 'deadlines could not be watched; trying again');
    }
  }

  #dueNow(): boolean {
    const [first] = this.#deadlines;
    return first !== undefined && first <= this.#now();
  }

  async #read(): Promise<void> {
    this.#stale = false;
    this.#readAt = this.#now();
    const next = await this.#deps.deadlines.next(new Date(this.#readAt + HORIZON_MS), MOST_DEADLINES);
    this.#deadlines = next.map((at) => at.getTime());
  }

  #plan(): void {
    if (this.#failed) {
      this.#failed = false;
      this.#wake(1_000);
      return;
    }
    const now = this.#now();
    const [first] = this.#deadlines;
    if (this.#stale) this.#wake(Math.max(0, this.#readAt + REFRESH_MS - now));
    // Still overdue after a turn: somebody holds the row or another process is claiming; not a reason to spin.
    if (first !== undefined) this.#wake(first <= now ? RETRY_MS : first - now);
    this.#wake(HORIZON_MS / 2);
  }
}
