import type { BusinessCalendar } from '../../src/domain/calendar/business-calendar.ts';
import { isWorkingMinute, wallMinute } from './calendar-reference.ts';

/** Whole minutes since a simulation began. */
export type Minute = number;

export const MINUTE_MS = 60_000;

/** Which minutes of a calendar are working time, found by looking at a clock on the wall at each of them. */
export class WorkedMinutes {
  readonly #calendar: BusinessCalendar | null;
  readonly #origin: number;
  /** By minute: how many working minutes lie before it. */
  readonly #before = [0];

  /** No calendar: every minute is working time. */
  constructor(calendar: BusinessCalendar | null, origin: Date) {
    this.#calendar = calendar;
    this.#origin = origin.getTime();
  }

  /** How many lie between; 0 when `to` is not after `from`. */
  between(from: Minute, to: Minute): number {
    return Math.max(0, this.#until(to) - this.#until(from));
  }

  /** The first minute, not before `from`, by which so many have passed since `from`. */
  after(from: Minute, minutes: number): Minute {
    return firstMinute(from, (at) => this.between(from, at) >= minutes);
  }

  #until(minute: Minute): number {
    for (let at = this.#before.length - 1; at < minute; at += 1) {
      this.#before.push((this.#before[at] ?? 0) + (this.#isWorking(at) ? 1 : 0));
    }
    return this.#before[minute] ?? 0;
  }

  #isWorking(minute: Minute): boolean {
    if (!this.#calendar) return true;
    return isWorkingMinute(this.#calendar, wallAt(this.#calendar.timeZone, this.#origin / MINUTE_MS + minute));
  }
}

/** The first minute, not before `from`, of which something holds. */
export function firstMinute(from: Minute, holds: (at: Minute) => boolean): Minute {
  let at = from;
  while (!holds(at)) at += 1;
  return at;
}

type Wall = ReturnType<typeof wallMinute>;
const walls = new Map<string, Map<number, Wall>>();

/** What the clocks of a zone show so many minutes after 1970; asked of Node once, for all calendars of the zone. */
function wallAt(zone: string, minute: number): Wall {
  const ofZone = walls.get(zone) ?? new Map<number, Wall>();
  if (ofZone.size === 0) walls.set(zone, ofZone);
  const wall = ofZone.get(minute) ?? wallMinute(zone, minute * MINUTE_MS);
  ofZone.set(minute, wall);
  return wall;
}
