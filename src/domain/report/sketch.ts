/**
 * Quantiles of durations from mergeable sketches (in the manner of DDSketch): a sketch counts how many durations fall into
 * each of a fixed series of buckets, each at most 2 % wide, so that the value that stands for a bucket is within 1 % of
 * everything in it. Merging adds counts and loses nothing. Bucket bounds are whole milliseconds made by whole-number
 * arithmetic and found by comparison alone, so that every store and every machine puts a duration into the same bucket.
 *
 * A sketch is kept, stored and merged in one form: for each bucket that has any, in ascending order, its distance from the one
 * before and its count, as LEB128 numbers. Equal sketches have equal bytes.
 */
export type Sketch = Uint8Array;

/** About 320 years, longer than anything that fits between two dates of a ticket log. */
const LONGEST_MS = 10_000_000_000_000;

/**
 * The smallest duration of each bucket, in ms, ascending. The index of a duration is the number of bounds that are not above
 * it: 1 for 0 ms. In SQL: `width_bucket(ms, bounds)`.
 */
export const SKETCH_BOUNDS: readonly number[] = makeBounds();

function makeBounds(): number[] {
  const bounds: number[] = [];
  for (let bound = 0; bound <= LONGEST_MS; bound = Math.max(bound + 1, Math.floor((bound * 102) / 100)))
    bounds.push(bound);
  return bounds;
}

/** The bucket of a duration of `ms` milliseconds; a negative one counts as 0. */
export function sketchIndex(ms: number): number {
  let low = 1;
  let high = SKETCH_BOUNDS.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((SKETCH_BOUNDS[middle - 1] ?? Number.POSITIVE_INFINITY) <= ms) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The duration in ms that stands for a bucket: the one whose relative error is the same at both of the bucket's ends. */
export function sketchValue(index: number): number {
  const low = SKETCH_BOUNDS[index - 1] ?? 0;
  const high = (SKETCH_BOUNDS[index] ?? low + 1) - 1;
  return low === high ? low : (2 * low * high) / (low + high);
}

/** The sketch with these counts by bucket; a bucket may come more than once. */
export function sketchOf(counts: Iterable<readonly [index: number, count: number]>): Sketch {
  const totals = noCounts();
  for (const [index, count] of counts) totals[index] = (totals[index] ?? 0) + count;
  return encode(totals);
}

/** The sketch of all durations that the given ones were made of. */
export function mergeSketches(sketches: readonly Sketch[]): Sketch {
  const [only] = sketches;
  if (only && sketches.length === 1) return only;
  const totals = noCounts();
  for (const sketch of sketches) add(totals, sketch);
  return encode(totals);
}

/**
 * The nearest-rank quantile in ms: of n durations in ascending order, the one at place ceil(q * n), as the value that stands
 * for its bucket; so within 1 % of the exact one. 0 when there are none. `q` above 0 and at most 1.
 */
export function quantile(sketch: Sketch, q: number): number {
  const totals = noCounts();
  add(totals, sketch);
  const rank = Math.ceil(q * totals.reduce((sum, count) => sum + count, 0));
  if (rank === 0) return 0;
  let seen = 0;
  return sketchValue(
    totals.findIndex((count) => {
      seen += count;
      return seen >= rank;
    }),
  );
}

/** Room for the counts of all buckets; indexes begin with 1. Doubles, because counts may outgrow 32 bits. */
function noCounts(): Float64Array {
  return new Float64Array(SKETCH_BOUNDS.length + 1);
}

function add(totals: Float64Array, sketch: Sketch): void {
  let place = 0;
  const take = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = sketch[place++] ?? 0;
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
    }
  };
  let index = 0;
  while (place < sketch.length) {
    index += take();
    totals[index] = (totals[index] ?? 0) + take();
  }
}

function encode(totals: Float64Array): Sketch {
  const bytes: number[] = [];
  const put = (value: number): void => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  let previous = 0;
  for (let index = 1; index < totals.length; index += 1) {
    const count = totals[index] ?? 0;
    if (count === 0) continue;
    put(index - previous);
    put(count);
    previous = index;
  }
  return Uint8Array.from(bytes);
}
