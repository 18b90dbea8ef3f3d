import type { Logger, WakeUp } from '../runtime.ts';

/** News comes in bursts, and whoever reads a report projects first: alerts need the processor more. */
const QUIET_MS = 1_000;

/** Brings the logs of live tickets up to date soon after each news; the scheduled job finds what this one misses. */
export class ProjectionFollower {
  readonly #deps: { readonly wakeUp: WakeUp; readonly projectTicketLogs: () => Promise<number>; readonly log: Logger };
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<unknown> | null = null;
  #stopListening: (() => void) | null = null;

  constructor(deps: { wakeUp: WakeUp; projectTicketLogs: () => Promise<number>; log: Logger }) {
    this.#deps = deps;
  }

  start(): void {
    this.#stopListening = this.#deps.wakeUp.onNews(() => {
      this.#timer ??= setTimeout(() => this.#run(), QUIET_MS);
    });
  }

  /** Resolves when a run that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  #run(): void {
    this.#timer = null;
    this.#running = this.#deps.projectTicketLogs().catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'live tickets could not be projected into the reports; trying again');
    });
  }
}
