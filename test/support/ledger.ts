/** What was promised against what is there. */
export interface Ledger {
  /** What callers, or the rules, were sure of. */
  readonly acknowledged: number;
  readonly found: number;
  readonly lost: number;
  /** What is there more often than once. */
  readonly repeated: number;
}

/** Compares what must be there with what is; each of `expected` once. What else is there counts neither way. */
export function ledgerOf(expected: readonly string[], present: readonly string[]): Ledger {
  const times = new Map<string, number>();
  for (const each of present) times.set(each, (times.get(each) ?? 0) + 1);
  const all = [...new Set(expected)];
  const found = all.filter((each) => times.has(each)).length;
  const repeated = all.filter((each) => (times.get(each) ?? 0) > 1).length;
  return { acknowledged: all.length, found, lost: all.length - found, repeated };
}

export function sum(ledgers: readonly Ledger[]): Ledger {
  const of = (key: keyof Ledger) => ledgers.reduce((total, each) => total + each[key], 0);
  return { acknowledged: of('acknowledged'), found: of('found'), lost: of('lost'), repeated: of('repeated') };
}

/** A line for people: what happened, the ledger, and whatever else was measured. */
export function printLedger(what: string, ledger: Ledger, measured: Readonly<Record<string, unknown>> = {}): void {
  const told = Object.entries({ ...ledger, ...measured }).map(([name, value]) => `${name} ${value}`);
  console.info(`${what}: ${told.join(', ')}`);
}

/** Median, 99th percentile and the largest of some milliseconds. */
export function spread(milliseconds: readonly number[]): { median: number; p99: number; max: number } {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { median: at(0.5), p99: at(0.99), max: Math.round(sorted.at(-1) ?? 0) };
}
