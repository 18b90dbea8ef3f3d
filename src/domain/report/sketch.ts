/**
 * Quantiles of durations from mergeable sketches (in the manner of DDSketch): a sketch counts how many durations fall into
 * each of a fixed series of buckets, each at most 2 % wide, so that the value that stands for a bucket is within 1 % of
 * everything in it. Merging adds counts and loses nothing. Bucket bounds are whole milliseconds made by whole-number
 * arithmetic and found by comparison alone, so that every store and every machine puts a duration into the same bucket.
 */
export type Sketch = ReadonlyMap<number, number>;

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

/** The sketch of all durations that the given ones were made of. */
export function mergeSketches(sketches: Iterable<Sketch>): Sketch {
  const merged = new Map<number, number>();
  for (const sketch of sketches) {
    for (const [index, count] of sketch) merged.set(index, (merged.get(index) ?? 0) + count);
  }
  return merged;
}

/**
 * The nearest-rank quantile in ms: of n durations in ascending order, the one at place ceil(q * n), as the value that stands
 * for its bucket; so within 1 % of the exact one. 0 when there are none. `q` above 0 and at most 1.
 */
export function quantile(sketch: Sketch, q: number): number {
  const buckets = [...sketch].sort(([a], [b]) => a - b);
  const rank = Math.ceil(q * buckets.reduce((sum, [, count]) => sum + count, 0));
  let seen = 0;
  for (const [index, count] of buckets) {
    seen += count;
    if (seen >= rank) return sketchValue(index);
  }
  return 0;
}

/** The stored form: for each bucket in ascending order its distance from the one before and its count, as LEB128 numbers. */
export function encodeSketch(sketch: Sketch): Uint8Array {
  const bytes: number[] = [];
  const put = (value: number) => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  };
  let previous = 0;
  for (const [index, count] of [...sketch].sort(([a], [b]) => a - b)) {
    put(index - previous);
    put(count);
    previous = index;
  }
  return Uint8Array.from(bytes);
}

/** The sketch whose stored form `bytes` is. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  const sketch = new Map<number, number>();
  let place = 0;
  const take = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[place++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  let index = 0;
  while (place < bytes.length) {
    index += take();
    sketch.set(index, take());
  }
  return sketch;
}
