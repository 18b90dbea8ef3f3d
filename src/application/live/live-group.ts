import type { LoggedEvent } from '../../domain/event.ts';
import type { Breath } from '../breath.ts';
import type { LiveHub } from './live-hub.ts';
import { type Leaving, type Member, type Payload, PersonalError } from './live-sharing.ts';
import type { LiveView, Place } from './live-view.ts';
import { type Entry, type Made, Seat } from './seat.ts';
import { SlowSubscriberError } from './slow-subscriber-error.ts';

/** Of what waits, this much is made at once: enough to make its statements cheap. */
const AT_ONCE = 50;
/** Rights were asked when it was made. Whoever takes it later than this has it made anew. */
const FRESH_MS = 500;
/** What was made is kept for those who are behind, so much of it for each group. */
const KEPT_BYTES = 1024 * 1024;

export interface GroupDeps {
  readonly hub: Pick<LiveHub, 'listen'>;
  /** How many events may wait for one of them. */
  readonly maxBacklog: number;
  readonly now: () => number;
  readonly breath: Breath;
}

/**
 * Those who follow the same and may see the same: each event is loaded, judged and made into bytes once, and given to all of them, a
 * slice in each turn of the event loop. Whoever is slow falls behind without holding up the others, and takes what waits at its own
 * pace, with rights asked anew.
 */
export class LiveGroup<T, P extends Payload> {
  readonly #deps: GroupDeps;
  readonly #view: LiveView<T>;
  readonly #make: (value: T) => Promise<P>;
  readonly #onEmpty: () => void;
  readonly #seats = new Set<Seat<P>>();
  readonly #leave: () => void;
  #queue: Entry<P>[] = [];
  /** What is made, in the order in which it was. */
  readonly #kept = new Set<Entry<P>>();
  #keptBytes = 0;
  #lastBytes = 1;
  #pumping = false;
  #making: Promise<void> | null = null;

  constructor(deps: GroupDeps, view: LiveView<T>, make: (value: T) => Promise<P>, onEmpty: () => void) {
    this.#deps = deps;
    this.#view = view;
    this.#make = make;
    this.#onEmpty = onEmpty;
    this.#leave = deps.hub.listen((event) => this.#push(event), this);
  }

  /** How many they are. */
  get size(): number {
    return this.#seats.size;
  }

  /** From `place` on, where the hub stands or ahead of it. Returns how to leave; `onEnd` is told of any other end. */
  join(member: Member<P>, place: Place, onEnd: (how: Leaving) => void): () => void {
    const seat = new Seat(member, place, onEnd);
    this.#seats.add(seat);
    return () => this.#remove(seat);
  }

  #remove(seat: Seat<P>): void {
    if (!this.#seats.delete(seat) || this.#seats.size > 0) return;
    this.#leave();
    this.#queue = [];
    this.#kept.clear();
    this.#onEmpty();
  }

  #push(event: LoggedEvent): void {
    const { types, subjectId } = this.#view.selection;
    if (subjectId !== null && event.subjectId !== subjectId) return;
    if (types !== null && !types.includes(event.type)) return;
    if (this.#queue.length >= this.#deps.maxBacklog) {
      this.#endAll(new SlowSubscriberError());
      return;
    }
    this.#queue.push({ event, made: undefined, madeAt: 0 });
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#queue.length > 0) {
        const entries = this.#queue.splice(0, AT_ONCE);
        await this.#makeAll(entries, false);
        await this.#handOut(entries);
        this.#forget();
      }
    } catch (failure) {
      this.#endAll(failure);
    } finally {
      this.#pumping = false;
    }
  }

  async #makeAll(entries: readonly Entry<P>[], anew: boolean): Promise<void> {
    const events = entries.map(({ event }) => event);
    await this.#view.prefetch(events, { anew });
    const madeAt = this.#deps.now();
    const made = await Promise.all(events.map((event) => this.#makeOne(event)));
    for (const [i, entry] of entries.entries()) this.#keep(entry, made[i] ?? null, madeAt);
  }

  async #makeOne(event: LoggedEvent): Promise<Made<P> | null> {
    const value = await this.#view.deliver(event);
    if (value === undefined) return null;
    const { states } = this.#view;
    const payload = await this.#make(value);
    const state = states?.key(value) ?? null;
    return { payload, position: event.position, state, isLast: states?.isLast(value) ?? false };
  }

  /** What is not made, or no longer fresh, is made anew: once, however many wait for it. */
  async #makeStale(entries: readonly Entry<P>[]): Promise<void> {
    while (this.#making) await this.#making;
    const stale = entries.filter((entry) => !this.#isFresh(entry));
    if (stale.length === 0) return;
    this.#making = this.#makeAll(stale, true).finally(() => {
      this.#making = null;
    });
    await this.#making;
  }

  async #handOut(entries: readonly Entry<P>[]): Promise<void> {
    const { breath } = this.#deps;
    const last = entries.at(-1)?.event.position ?? 0;
    let made = madeOf(entries);
    if (made.length === 0) {
      for (const seat of this.#seats) seat.passes(last);
      return;
    }
    for (const seat of this.#seats) {
      for (let turn = breath.step(); turn; turn = breath.step()) {
        await turn;
        if (entries.every((entry) => this.#isFresh(entry))) continue;
        await this.#makeStale(entries);
        made = madeOf(entries);
      }
      // It may have left meanwhile.
      if (!this.#seats.has(seat)) continue;
      if (seat.behind) this.#wait(seat, seat.behind, entries);
      else if (this.#give(seat, made)) seat.passes(last);
      else this.#fallBehind(seat, entries);
    }
  }

  /** Whether the seat took all, and takes more. */
  #give(seat: Seat<P>, made: readonly Made<P>[]): boolean {
    const { all, ended } = seat.give(made);
    if (ended) this.#end(seat, { last: true });
    return all || ended;
  }

  #fallBehind(seat: Seat<P>, entries: readonly Entry<P>[]): void {
    const behind: Entry<P>[] = [];
    seat.behind = behind;
    this.#wait(seat, behind, entries);
    void this.#catchUp(seat, behind);
  }

  #wait(seat: Seat<P>, behind: Entry<P>[], entries: readonly Entry<P>[]): void {
    behind.push(...entries.filter(({ event }) => event.position > seat.position));
    if (behind.length > this.#deps.maxBacklog) this.#end(seat, { failure: new SlowSubscriberError() });
  }

  async #catchUp(seat: Seat<P>, behind: Entry<P>[]): Promise<void> {
    try {
      for (;;) {
        await (seat.member.busy() ?? this.#deps.breath.rest());
        if (!this.#seats.has(seat)) return;
        if (seat.member.busy()) continue;
        const [entry] = behind;
        if (!entry) break;
        if (!this.#isFresh(entry)) {
          await this.#makeStale(behind.slice(0, this.#readAhead()));
          if (!this.#seats.has(seat)) return;
          // Fresher than now it does not get: on a machine where making takes longer than that, it would never be given.
          if (entry.made === undefined || seat.member.busy()) continue;
        }
        behind.shift();
        if (entry.made) this.#give(seat, [entry.made]);
      }
      seat.behind = null;
      if (!this.#pumping) this.#forget();
    } catch (failure) {
      this.#end(seat, leaving(seat, failure));
    }
  }

  /** No more than can be kept until it is taken. */
  #readAhead(): number {
    return Math.max(1, Math.min(AT_ONCE, Math.floor(KEPT_BYTES / this.#lastBytes)));
  }

  #isFresh({ made, madeAt }: Entry<P>): boolean {
    return made !== undefined && this.#deps.now() - madeAt <= FRESH_MS;
  }

  #keep(entry: Entry<P>, made: Made<P> | null, madeAt: number): void {
    this.#drop(entry);
    entry.made = made;
    entry.madeAt = madeAt;
    this.#kept.add(entry);
    if (!made) return;
    this.#lastBytes = made.payload.bytes;
    this.#keptBytes += this.#lastBytes;
  }

  #drop(entry: Entry<P>): void {
    if (this.#kept.delete(entry)) this.#keptBytes -= entry.made?.payload.bytes ?? 0;
    entry.made = undefined;
  }

  /** What nobody waits for, and of the rest what is too much. */
  #forget(): void {
    const isAwaited = [...this.#seats].some(({ behind }) => behind !== null);
    for (const oldest of this.#kept) {
      if (isAwaited && this.#keptBytes <= KEPT_BYTES) return;
      this.#drop(oldest);
    }
  }

  #end(seat: Seat<P>, how: Leaving): void {
    if (!this.#seats.has(seat)) return;
    this.#remove(seat);
    seat.onEnd(how);
  }

  #endAll(failure: unknown): void {
    for (const seat of [...this.#seats]) this.#end(seat, leaving(seat, failure));
  }
}

function leaving(seat: Place, failure: unknown): Leaving {
  const { position, state } = seat;
  return failure instanceof PersonalError ? { alone: { position, state } } : { failure };
}

function madeOf<P>(entries: readonly Entry<P>[]): Made<P>[] {
  return entries.flatMap(({ made }) => made ?? []);
}
