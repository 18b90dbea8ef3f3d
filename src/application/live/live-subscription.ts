import type { LoggedEvent } from '../../domain/event.ts';
import { refuseExpired } from './event-cursor.ts';
import type { LiveGroups } from './live-groups.ts';
import type { LiveHub } from './live-hub.ts';
import type { Leaving, Payload, Sharing } from './live-sharing.ts';
import type { LiveView, Place } from './live-view.ts';
import type { EventLog } from './ports.ts';
import { SlowSubscriberError } from './slow-subscriber-error.ts';

const REPLAY_BATCH = 200;
/** Of what waits, this much is prepared at once: enough to make a statement cheap, and delivered before it is out of date. */
const PREPARED_AT_ONCE = 100;
/** A subscriber that takes nothing for this long while events wait is cut off. */
const STALLED_MS = 15_000;

interface Deps {
  readonly log: EventLog;
  readonly hub: Pick<LiveHub, 'position' | 'listen'>;
  readonly groups: Pick<LiveGroups, 'join'>;
  /** How many events may wait for one subscriber. */
  readonly maxBacklog: number;
  readonly now: () => number;
}

type Waiting<T> = { resolve: (result: IteratorResult<T, undefined>) => void; reject: (error: unknown) => void };

/**
 * One subscriber's way through the log: first what lies after its cursor, read in batches as it is taken, then live, alone or together
 * with its like (see share). Written by hand instead of as an async generator, so that `return()` ends an idle subscription at once.
 */
export class LiveSubscription<T> implements AsyncIterableIterator<T, undefined, undefined> {
  readonly #deps: Deps;
  readonly #view: LiveView<T>;
  #position: number;
  /** What is told before anything else: how things stand. */
  #first: T | undefined;
  /** The key of the state that was told last. */
  #state: string | null = null;
  #joinGroup: ((place: Place) => () => void) | null = null;
  /** It has joined its group: everything goes there, past `next()`. */
  #shared = false;
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
  constructor(deps: Deps, view: LiveView<T>, after: number | null) {
    this.#deps = deps;
    this.#view = view;
    this.#position = after ?? deps.hub.position;
    this.#takenAt = deps.now();
    if (after === null) this.#join();
  }

  /** Tells `value` first: how things stand, asked after the subscription was made. */
  startWith(value: T): void {
    this.#first = value;
  }

  /**
   * Once it has caught up, what follows goes to `sharing.member`, together with all others of its group and without gap or repeat;
   * `next()` then brings nothing more but the end. `onAlone` is told when what the group makes turns out to be personal: from then on
   * `next()` brings everything.
   */
  share<P extends Payload>(sharing: Sharing<T, P>, onAlone: () => void): void {
    this.#joinGroup = (place) =>
      this.#deps.groups.join(this.#view, sharing, place, (how) => {
        if ('alone' in how) onAlone();
        this.#leaveGroup(how);
      });
  }

  #leaveGroup(how: Leaving): void {
    this.#shared = false;
    this.#leave = null;
    if ('alone' in how) {
      this.#joinGroup = null;
      this.#live = false;
      this.#position = how.alone.position;
      this.#state = how.alone.state;
    } else {
      this.#end();
      if ('failure' in how) this.#failure = how.failure;
    }
    this.#pump();
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
    const { types, subjectId } = this.#view.selection;
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
    while (this.#waiting && !this.#done && !this.#shared) {
      if (this.#first !== undefined) {
        const first = this.#first;
        this.#first = undefined;
        this.#tell(first);
        continue;
      }
      if (this.#prepared === 0) await this.#prepare();
      const event = this.#queue.shift();
      if (event) {
        this.#prepared--;
        const value = await this.#view.deliver(event);
        if (value !== undefined) this.#tell(value);
      } else if (!this.#live) {
        await this.#catchUp();
      } else if (this.#joinGroup && !this.#done) {
        this.#enterGroup(this.#joinGroup);
      } else {
        return;
      }
    }
  }

  /** In the same turn in which nothing more waits: the hub hands the next event to the group. */
  #enterGroup(join: (place: Place) => () => void): void {
    this.#leave?.();
    this.#shared = true;
    const position = Math.max(this.#position, this.#deps.hub.position);
    this.#leave = join({ position, state: this.#state });
  }

  async #prepare(): Promise<void> {
    const next = this.#queue.slice(0, PREPARED_AT_ONCE);
    if (next.length === 0) return;
    // A replay asks for rights as they are now, not as they were when the event was live.
    await this.#view.prefetch(next, { anew: !this.#live });
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
    const events = await log.read(this.#view.selection, this.#position, upTo, REPLAY_BATCH);
    // Asked after reading: what was pruned meanwhile must not be missing silently.
    await refuseExpired(log, this.#position, this.#view.selection.subjectId);
    this.#position = events.length < REPLAY_BATCH ? upTo : (events.at(-1)?.position ?? upTo);
    this.#queue.push(...events);
  }

  #tell(value: T): void {
    const { states } = this.#view;
    if (states) {
      const state = states.key(value);
      if (state === this.#state) return;
      this.#state = state;
    }
    this.#give(value);
    if (states?.isLast(value)) this.#end();
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
    } else if (!this.#shared && (this.#queue.length > 0 || !this.#live)) {
      // Asked for while the last one was still being handed over.
      this.#pump();
    }
  }
}
