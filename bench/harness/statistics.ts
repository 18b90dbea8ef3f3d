/** The middle of `values`; of an even number the upper one of the two. NaN of none. */
export function median(values: readonly number[]): number {
  return ascending(values)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The smallest of `values` that at least `share` (0 to 1) of them do not exceed: nothing is interpolated. NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The largest, also of very many. NaN of none. */
export function largest(values: readonly number[]): number {
  return quantile(values, 1);
}

/** The median of some rounds and, of more than one, their range: `12.3 (11.8 - 14.0)`. */
export function withRange(rounds: readonly number[], digits = 1): string {
  const middle = figure(median(rounds), digits);
  if (rounds.length < 2) return middle;
  return `${middle} (${figure(quantile(rounds, 0), digits)} - ${figure(largest(rounds), digits)})`;
}

/** A number for people: `1,234.5`. */
export function figure(value: number, digits = 1): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** How many times as much `a` is as `b`: `1.23x`. */
export function ratio(a: number, b: number): string {
  const times = a / b;
  if (!Number.isFinite(times)) return '-';
  return `${figure(times, times < 0.1 ? 4 : times < 100 ? 2 : 0)}x`;
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
