import { sql } from 'drizzle-orm';
import type { Clock, Logger } from '../../application/runtime.ts';
import type { Database } from './database.ts';

const LOOK_EVERY_MS = 5_000;
const MEASURE_EVERY_MS = 30_000;
/** The machine slept, or somebody set its clock: this process's own two clocks moved apart by so much since the last measuring. */
const MOVED_APART_MS = 250;
const FIRST_SAMPLES = 3;
/** The time stands still rather than go back, unless the database's went back by more. */
const LONGEST_STANDSTILL_MS = 5_000;
/** A machine's clock that is wrong by so much is worth a line in the log. */
const WORTH_TELLING_MS = 1_000;

export interface DatabaseClockOptions {
  /** The database's present time, in milliseconds since 1970. */
  readonly ask: () => Promise<number>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds from any start, that nobody can set; this process's own unless given. */
  readonly monotonic?: () => number;
  /** Milliseconds since 1970 as the machine believes them; this process's own unless given. */
  readonly wall?: () => number;
}

/**
 * The database's time, so that all processes agree on what is due, whatever their machines believe. Measured at the start and each half
 * minute; in between, and while the database is away, it goes on by the process's monotonic clock, which nobody can set. It is off by
 * at most half a round trip, and by what the monotonic clock drifts in half a minute (a millisecond or two).
 */
export class DatabaseClock implements Clock {
  readonly #ask: () => Promise<number>;
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #monotonic: () => number;
  readonly #wall: () => number;
  /** The database's time when the monotonic clock showed 0. */
  #origin: number;
  #last = Number.NEGATIVE_INFINITY;
  #measuredAt = 0;
  /** What the machine's clock showed when the monotonic one showed 0, at the last measuring. */
  #wallOrigin = 0;
  #toldSkew = 0;
  #failing = false;
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> | null = null;

  private constructor({ ask, logger, ...clocks }: DatabaseClockOptions) {
    this.#ask = ask;
    this.#logger = logger;
    this.#monotonic = clocks.monotonic ?? (() => performance.now());
    this.#wall = clocks.wall ?? (() => Date.now());
    this.#origin = this.#wall() - this.#monotonic();
  }

  /** Measures, and goes on measuring until `stop`. Throws when the database does not answer. */
  static async start(options: DatabaseClockOptions): Promise<DatabaseClock> {
    const clock = new DatabaseClock(options);
    const samples: Sample[] = [];
    while (samples.length < FIRST_SAMPLES) samples.push(await clock.#sample());
    const lowest = Math.max(...samples.map(({ lowest }) => lowest));
    const highest = Math.min(...samples.map(({ highest }) => highest));
    clock.#origin = (lowest + highest) / 2;
    clock.#measured();
    clock.#timer = setInterval(() => void clock.look(), LOOK_EVERY_MS).unref();
    return clock;
  }

  now(): Date {
    const time = this.#origin + this.#monotonic();
    this.#last = this.#last - time > LONGEST_STANDSTILL_MS ? time : Math.max(time, this.#last);
    return new Date(this.#last);
  }

  /** Measures if it is time to, or if the machine slept or its clock was set; called by a timer. Never throws. */
  async look(): Promise<void> {
    const isDue = this.#monotonic() - this.#measuredAt >= MEASURE_EVERY_MS;
    const movedApart = Math.abs(this.#wall() - this.#monotonic() - this.#wallOrigin) > MOVED_APART_MS;
    if (!isDue && !movedApart) return;
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = null;
    });
    await this.#measuring;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #measure(): Promise<void> {
    try {
      const { lowest, highest } = await this.#sample();
      // Moved no further than the answer proves: a slow one proves little, and a busy process asks slowly.
      this.#origin = Math.min(Math.max(this.#origin, lowest), highest);
      this.#measured();
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#logger.warn({ err: error }, "the database's time could not be read; going on without");
      this.#failing = true;
    }
  }

  /** Between which bounds the origin lies, by one question. */
  async #sample(): Promise<Sample> {
    const asked = this.#monotonic();
    const time = await this.#ask();
    const answered = this.#monotonic();
    return { lowest: time - answered, highest: time - asked };
  }

  #measured(): void {
    this.#measuredAt = this.#monotonic();
    this.#wallOrigin = this.#wall() - this.#measuredAt;
    const skew = Math.round(this.#wallOrigin - this.#origin);
    if (Math.abs(skew - this.#toldSkew) < WORTH_TELLING_MS) return;
    this.#toldSkew = skew;
    this.#logger.warn(
      { aheadMs: skew },
      "this machine's clock is not the database's, whose time counts; set it right, since logs and queues go by it",
    );
  }
}

/** Asks a database for its time, in milliseconds since 1970. */
export const timeOf = (db: Database) => async (): Promise<number> => {
  const { rows } = await db.sql.execute<{ ms: string }>(sql`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms`);
  return Number(rows[0]?.ms);
};

interface Sample {
  readonly lowest: number;
  readonly highest: number;
}
