/** Where times come from; tests bring their own. */
export interface Timers {
  /** Milliseconds of this machine's clock, which may be wrong and may jump. */
  readonly wall: () => number;
}

/** A stamp with whole seconds stands for any instant of that second. */
const STAMP_MS = 1_000;

/**
 * What the server's clock shows, seen from a machine whose own may be minutes off. Each answer bounds the difference: the server
 * stamped it between our sending and our receiving. A difference outside of the bounds is moved to the nearer one, so that a laptop
 * that slept, or whose clock was set, is right again with the next answer.
 */
export class ServerClock {
  readonly #wall: () => number;
  #ahead = 0;

  constructor(timers: Timers = { wall: () => Date.now() }) {
    this.#wall = timers.wall;
  }

  /** The present instant of the server, in milliseconds since 1970. */
  now(): number {
    return this.#wall() + this.#ahead;
  }

  /** Takes an exact stamp: what lies between sending and receiving is halved. */
  learnExact(stampMs: number, sentAt: number, receivedAt: number): void {
    this.#ahead = stampMs - (sentAt + receivedAt) / 2;
  }

  /** Takes the Date header of an answer, which has whole seconds; whatever is no date is left out. */
  learnHeader(date: string | null, sentAt: number, receivedAt: number): void {
    const stamp = date === null ? Number.NaN : Date.parse(date);
    if (Number.isNaN(stamp) || receivedAt < sentAt) return;
    const least = stamp - receivedAt;
    const most = stamp + STAMP_MS - sentAt;
    this.#ahead = Math.min(Math.max(this.#ahead, least), most);
  }
}

/** The one of this page. */
export const serverClock = new ServerClock();
