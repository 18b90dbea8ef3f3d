import type { LoggedEvent } from '../../domain/event.ts';
import type { Logger, WakeUp } from '../runtime.ts';
import type { EventLog } from './ports.ts';

const BATCH = 500;
/** What a lost wake-up costs at most. */
const POLL_MS = 1_000;

/** Takes each event of the log once, in order, as the hub reads it. Must not throw and must not wait. */
export type EventListener = (event: LoggedEvent) => void;

/** Who is told through one listener. */
interface Listeners {
  readonly size: number;
}

const ONE: Listeners = { size: 1 };

interface Deps {
  readonly log: EventLog;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
}

/** Follows the event log once per process and hands each event to whoever listens in it. */
export class LiveHub {
  readonly #deps: Deps;
  readonly #listeners = new Map<EventListener, Listeners>();
  #position = 0;
  #reading: Promise<void> | null = null;
  #again = false;
  #poll: NodeJS.Timeout | null = null;
  #stopListening: (() => void) | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Starts at the present head of the log. */
  async start(): Promise<void> {
    this.#position = await this.#deps.log.settled();
    this.#stopListening = this.#deps.wakeUp.onNews(() => this.#wake());
    this.#poll = setInterval(() => this.#wake(), POLL_MS);
  }

  async stop(): Promise<void> {
    if (this.#poll) clearInterval(this.#poll);
    this.#stopListening?.();
    this.#stopListening = null;
    this.#listeners.clear();
    await this.#reading;
  }

  /** Everything up to here was handed out; the next event lies above. */
  get position(): number {
    return this.#position;
  }

  /** How many listen now. */
  get size(): number {
    let size = 0;
    for (const listeners of this.#listeners.values()) size += listeners.size;
    return size;
  }

  /** From the next event on, calls `listener` with each, on behalf of so many. Returns how to leave. */
  listen(listener: EventListener, listeners: Listeners = ONE): () => void {
    this.#listeners.set(listener, listeners);
    return () => this.#listeners.delete(listener);
  }

  #wake(): void {
    this.#again = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
      // News that came when the last round had ended, but not yet this promise.
      if (this.#again && this.#stopListening) this.#wake();
    });
  }

  async #read(): Promise<void> {
    try {
      while (this.#again && this.#stopListening) {
        this.#again = false;
        const settled = await this.#deps.log.settled();
        while (this.#position < settled) {
          const events = await this.#deps.log.read({ types: null, subjectId: null }, this.#position, settled, BATCH);
          for (const event of events) {
            // The position moves with each event, so that whoever joins in between misses none and repeats none.
            this.#position = event.position;
            for (const listener of this.#listeners.keys()) listener(event);
          }
          if (events.length < BATCH) this.#position = settled;
        }
      }
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'the event log could not be read; trying again');
    }
  }
}
