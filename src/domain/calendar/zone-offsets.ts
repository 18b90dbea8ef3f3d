import { Temporal } from 'temporal-polyfill';
import { BoundedMap } from './bounded-map.ts';

/** From `from` (included) to `to` (not), in milliseconds since 1970, the zone's local time is UTC plus `offset` milliseconds. */
export interface OffsetStretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** Time is looked at in parts of 52 weeks, counted from 1970-01-01T00:00Z: part 0 begins there, part -1 ends there. */
export const PART_MS = 52 * 7 * 24 * 3_600_000;

/** An IANA name. Node also knows offsets such as "+01:00" and strings that have a zone in brackets; those are none. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;
const LONGEST_ZONE_NAME = 64;

/** A part has one to five stretches, so this is at most a few megabytes; a desk in one zone needs ten of them. */
const PARTS_KEPT = 10_000;
const kept = new BoundedMap<string, readonly OffsetStretch[]>(PARTS_KEPT);

/** The zone's name as it is usually written ("europe/berlin" is Europe/Berlin; an alias stays one); null when there is none. */
export function canonicalZone(name: string): string | null {
  if (name.length > LONGEST_ZONE_NAME || !ZONE_NAME.test(name)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The stretches of constant offset that make up one part of time in a zone, in order, without gaps. Throws for an unknown zone. */
export function offsetStretches(zone: string, part: number): readonly OffsetStretch[] {
  const key = `${zone} ${part}`;
  return kept.get(key) ?? kept.set(key, measure(zone, part * PART_MS, (part + 1) * PART_MS));
}

function measure(zone: string, from: number, to: number): OffsetStretch[] {
  const stretches: OffsetStretch[] = [];
  let start = from;
  let here = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  while (start < to) {
    const next = here.getTimeZoneTransition('next');
    const end = Math.min(next?.epochMilliseconds ?? to, to);
    stretches.push({ from: start, to: end, offset: here.offsetNanoseconds / 1_000_000 });
    start = end;
    here = next ?? here;
  }
  return stretches;
}
