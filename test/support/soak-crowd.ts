import { setTimeout as delay } from 'node:timers/promises';
import { SLA_ALERT_KINDS } from '../../src/domain/sla-alert.ts';
import type { SoakDesk } from './soak-desk.ts';
import { PASSWORD } from './soak-desk.ts';
import type { Heard, SoakEvents } from './soak-events.ts';
import { SoakSubscriber, type Wish } from './soak-subscriber.ts';

export interface CrowdSize {
  /** How many there are at a time. */
  readonly subscribers: number;
  /** How long one stays, in milliseconds: from, to. */
  readonly stayMs: readonly [number, number];
  /** At most so many begin to come in a tenth of a second. */
  readonly atOnce: number;
}

const TICK_MS = 100;
/** So many places that somebody left are remembered, for others to go on from. */
const PLACES = 200;

/** Subscribers that come, stay a while and go, some of them to go on from where another left. */
export class SoakCrowd {
  readonly #desk: SoakDesk;
  readonly #events: SoakEvents;
  readonly #size: CrowdSize;
  readonly #present = new Set<SoakSubscriber>();
  readonly #leaving = new Map<SoakSubscriber, NodeJS.Timeout>();
  readonly #places: Wish[] = [];
  readonly #finished: Heard[] = [];
  readonly #arriving = new Set<Promise<void>>();
  #ticks: NodeJS.Timeout | undefined;
  joined = 0;
  /** What all who have left were told. */
  told = 0;
  /** How many went on from a cursor. */
  resumed = 0;

  constructor(desk: SoakDesk, events: SoakEvents, size: CrowdSize) {
    this.#desk = desk;
    this.#events = events;
    this.#size = size;
  }

  start(): void {
    this.#ticks = setInterval(() => this.#fill(), TICK_MS);
  }

  /** Nobody comes or goes by themselves any more. */
  async stand(): Promise<void> {
    clearInterval(this.#ticks);
    await Promise.all(this.#arriving);
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }

  /** How many subscriptions are live. */
  get live(): number {
    return [...this.#present].filter((each) => each.closedWith === null && !each.isOver).length;
  }

  get sockets(): number {
    return [...this.#present].filter((each) => each.closedWith === null).length;
  }

  /** Compares what those heard who have left with the log. */
  async judge(): Promise<void> {
    const finished = this.#finished.splice(0);
    await this.#events.read();
    for (const heard of finished) this.#say(this.#events.fault(heard), heard);
  }

  /** Whoever is there and does not yet have the last event of the log that is for them. */
  behind(): Heard[] {
    const present = [...this.#present].flatMap(({ heard, closedWith }) =>
      closedWith === null && heard ? [heard] : [],
    );
    const told = present.filter(({ after, ids, hearsAll }) => hearsAll && (after !== null || ids.length > 0));
    return told.filter((heard) => {
      const last = this.#events.lastFor(heard);
      return last !== null && !heard.ids.includes(last);
    });
  }

  async leaveAll(): Promise<void> {
    await Promise.all([...this.#present].map((each) => this.#leave(each)));
    await this.judge();
  }

  #fill(): void {
    const missing = this.#size.subscribers - this.#present.size - this.#arriving.size;
    for (let n = 0; n < Math.min(missing, this.#size.atOnce); n += 1) {
      const arrival = this.#join().catch((error: unknown) => this.#desk.traffic.book.wrong(`subscriber: ${error}`));
      this.#arriving.add(arrival);
      void arrival.finally(() => this.#arriving.delete(arrival));
    }
  }

  async #join(): Promise<void> {
    const { dice, traffic } = this.#desk;
    const isVisitor = dice.chance(0.05);
    const wish = isVisitor ? this.#wish(true) : (dice.chance(0.4) && this.#places.shift()) || this.#wish(true);
    const after = wish.after ?? (dice.chance(0.5) && wish.what !== 'progress' ? await this.#head() : null);
    const person = wish.hearsAll ? this.#desk.lead() : this.#desk.anybody();
    const visitor = this.#desk.visitor();
    const { token } = isVisitor ? await this.#desk.signIn(visitor.email, PASSWORD, visitor.role) : person;
    const subscriber = await SoakSubscriber.open(traffic.socketUrl, token, { ...wish, after }, dice.chance(0.2));
    this.joined += 1;
    if (wish.after !== null) this.resumed += 1;
    this.#present.add(subscriber);
    const [from, to] = this.#size.stayMs;
    const leave = () => void this.#leave(subscriber);
    this.#leaving.set(subscriber, setTimeout(leave, dice.within(from, to)));
    void subscriber.closed.then(() => {
      const code = subscriber.closedWith ?? 0;
      const outcome = subscriber.isLeaving ? 'ok' : String(code);
      // A visitor is signed out together with others of the same name.
      traffic.book.note(`subscriber: ${wish.what}`, outcome, isVisitor ? ['4403'] : [], JSON.stringify(wish));
      this.#end(subscriber);
    });
  }

  #wish(isLead: boolean): Wish {
    const { dice, imports } = this.#desk;
    const wish = { ticketId: null, kinds: null, hearsAll: isLead, after: null, importId: null };
    const importId = imports.at(-1) ?? null;
    const roll = dice.below(100);
    if (roll < 40) return { ...wish, what: 'events' };
    if (roll < 55) return { ...wish, what: 'events', ticketId: this.#desk.anyTicket() };
    if (roll < 75) return { ...wish, what: 'alerts' };
    if (roll < 82) return { ...wish, what: 'alerts', kinds: [dice.pick(SLA_ALERT_KINDS), 'BREACHED'] };
    if (roll < 90 && importId) return { ...wish, what: 'progress', importId };
    return { ...wish, what: dice.pick(['events', 'alerts']), hearsAll: false };
  }

  async #head(): Promise<string | null> {
    const query = '{ eventCursor }';
    const operation = { kind: 'read: eventCursor', query, token: this.#desk.admin.token };
    return (await this.#desk.traffic.ask<{ eventCursor: string }>(operation))?.eventCursor ?? null;
  }

  async #leave(subscriber: SoakSubscriber): Promise<void> {
    await subscriber.leave(this.#desk.dice.pick(['complete', 'close', 'vanish']));
    // Whoever waits for its end is told first.
    await delay(0);
  }

  #end(subscriber: SoakSubscriber): void {
    this.#present.delete(subscriber);
    clearTimeout(this.#leaving.get(subscriber));
    this.#leaving.delete(subscriber);
    const { wish, heard, cursor } = subscriber;
    this.#say(subscriber.fault(), wish);
    if (!heard) return;
    this.told += heard.ids.length;
    this.#finished.push(heard);
    if (cursor !== null && this.#places.length < PLACES) this.#places.push({ ...wish, after: cursor });
  }

  #say(fault: string | null, about: object): void {
    const { ids: _, ...rest } = { ids: [], ...about };
    if (fault) this.#desk.traffic.book.wrong(`a subscriber ${fault}: ${JSON.stringify(rest)}`);
  }
}
