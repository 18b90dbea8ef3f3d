import type { LoggedEvent } from '../../domain/event.ts';
import { refuseExpired } from './event-cursor.ts';
import type { LiveHub } from './live-hub.ts';
import type { EventLog, EventSelection } from './ports.ts';
import { SlowSubscriberError } from './slow-subscriber-error.ts';

const REPLAY_BATCH = 200;
/** Of what waits, this much is prepared at once: enough to make a statement cheap, and delivered before it is out of date. */
const PREPARED_AT_ONCE = 100;
/** A subscriber that takes nothing for this long while events wait is cut off. */
const STALLED_MS = 15_000;

interface Deps {
  readonly log: EventLog;
  readonly hub: Pick<LiveHub, 'position' | 'listen'>;
  /** How many events may wait for one subscriber. */
  readonly maxBacklog: number;
  readonly now: () => number;
  /**
   * Loads what the delivery of the next few events needs, in one go. `anew`: as of now, whatever is known already; else only what is
   * missing.
   */
  readonly prefetch: (events: readonly LoggedEvent[], how: { readonly anew: boolean }) => Promise<void>;
}

/** Turns an event into what the subscriber gets, asking for its rights at that moment; undefined: not for this subscriber. */
export type Deliver<T> = (event: LoggedEvent) => Promise<T | undefined>;

type Waiting<T> = { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void };

/**
 * One subscriber's way through the log: first what lies after its cursor, read in batches as it is taken, then live. Written by hand
 * instead of as an async generator, so that `return()` ends an idle subscription at once.
 */
export class LiveSubscription<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #deps: Deps;
  readonly #selection: EventSelection;
  readonly #deliver: Deliver<T>;
  #position: number;
  #queue: LoggedEvent[] = [];
  /** How many at the front of the queue are prepared. */
  #prepared = 0;
  #live = false;
  #done = false;
  #failure: unknown;
  #takenAt: number;
  #leave: (() => void) | null = null;
  #waiting: Waiting<T> | null = null;
  #pumping = false;

  /** `after`: the position to resume from; null: live only, from the present head on. */
  constructor(deps: Deps, selection: EventSelection, after: number | null, deliver: Deliver<T>) {
    this.#deps = deps;
    this.#selection = selection;
    this.#deliver = deliver;
    this.#position = after ?? deps.hub.position;
    this.#takenAt = deps.now();
    if (after === null) this.#join();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#takenAt = this.#deps.now();
      this.#waiting = { resolve, reject };
      this.#pump();
    });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = null;
    return { done: true, value: undefined };
  }

  #end(): void {
    this.#done = true;
    this.#queue = [];
    this.#prepared = 0;
    this.#leave?.();
    this.#leave = null;
  }

  #join(): void {
    // A cursor may be a little ahead of the hub: what it has seen is not pushed again.
    const seen = this.#position;
    this.#live = true;
    this.#leave = this.#deps.hub.listen((event) => {
      if (event.position > seen) this.#push(event);
    });
  }

  #push(event: LoggedEvent): void {
    const { types, subjectId } = this.#selection;
    if (subjectId !== null && event.subjectId !== subjectId) return;
    if (types !== null && !types.includes(event.type)) return;
    const stalled = this.#queue.length > 0 && this.#deps.now() - this.#takenAt > STALLED_MS;
    if (this.#queue.length >= this.#deps.maxBacklog || (stalled && !this.#waiting)) {
      this.#end();
      this.#failure = new SlowSubscriberError();
    } else {
      this.#queue.push(event);
    }
    this.#pump();
  }

  /** Serves the waiting `next()` from the queue, or from the log while catching up. One at a time. */
  #pump(): void {
    if (this.#pumping || !this.#waiting) return;
    this.#pumping = true;
    this.#serve()
      .catch((error: unknown) => {
        this.#end();
        this.#failure = error;
      })
      .finally(() => {
        this.#pumping = false;
        this.#settle();
      });
  }

  async #serve(): Promise<void> {
    while (this.#waiting && !this.#done) {
      if (this.#prepared === 0) await this.#prepare();
      const event = this.#queue.shift();
      if (event) {
        this.#prepared--;
        const value = await this.#deliver(event);
        if (value !== undefined) this.#give(value);
      } else if (this.#live) {
        return;
      } else {
        await this.#catchUp();
      }
    }
  }

  async #prepare(): Promise<void> {
    const next = this.#queue.slice(0, PREPARED_AT_ONCE);
    if (next.length === 0) return;
    // A replay asks for rights as they are now, not as they were when the event was live.
    await this.#deps.prefetch(next, { anew: !this.#live });
    this.#prepared = next.length;
  }

  /** Reads the next batch after the position, or goes live once the hub's position is reached. */
  async #catchUp(): Promise<void> {
    const { hub, log } = this.#deps;
    const upTo = hub.position;
    if (this.#position >= upTo) {
      this.#join();
      return;
    }
    const events = await log.read(this.#selection, this.#position, upTo, REPLAY_BATCH);
    // Asked after reading: what was pruned meanwhile must not be missing silently.
    await refuseExpired(log, this.#position, this.#selection.subjectId);
    this.#position = events.length < REPLAY_BATCH ? upTo : (events.at(-1)?.position ?? upTo);
    this.#queue.push(...events);
  }

  #give(value: T): void {
    this.#takenAt = this.#deps.now();
    this.#waiting?.resolve({ done: false, value });
    this.#waiting = null;
  }

  #settle(): void {
    if (!this.#waiting) return;
    if (this.#failure !== undefined) {
      this.#waiting.reject(this.#failure);
      this.#waiting = null;
    } else if (this.#done) {
      this.#waiting.resolve({ done: true, value: undefined });
      this.#waiting = null;
    } else if (this.#queue.length > 0 || !this.#live) {
      // Asked for while the last one was still being handed over.
      this.#pump();
    }
  }
}
