import { TestRunner } from 'vitest';

/** What was promised against what is there. */
export interface Ledger {
  /** What callers, or the rules, were sure of. */
  readonly acknowledged: number;
  readonly found: number;
  readonly lost: number;
  /** What is there more often than once. */
  readonly repeated: number;
}

/** A ledger as a test printed it; `SoakReport` makes a table of those of a file. */
export interface PrintedLedger {
  readonly what: string;
  readonly ledger: Ledger;
  /** Whatever else was measured. */
  readonly measured: string;
}

declare module 'vitest' {
  interface TaskMeta {
    ledgers?: PrintedLedger[];
  }
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

/** What a ledger must be: all of it found, nothing twice. */
export const nothingLost = ({ acknowledged }: Ledger): Ledger => ({
  acknowledged,
  found: acknowledged,
  lost: 0,
  repeated: 0,
});

export function sum(ledgers: readonly Ledger[]): Ledger {
  const of = (key: keyof Ledger) => ledgers.reduce((total, each) => total + each[key], 0);
  return { acknowledged: of('acknowledged'), found: of('found'), lost: of('lost'), repeated: of('repeated') };
}

/** A line for people: what happened, the ledger, and whatever else was measured. In the soak also a row of the table of its file. */
export function printLedger(what: string, ledger: Ledger, facts: Readonly<Record<string, unknown>> = {}): void {
  const said = (parts: object, between: string) =>
    Object.entries(parts)
      .map(([name, value]) => `${name} ${value}`)
      .join(between);
  const measured = said(facts, '; ');
  console.info(`${what}: ${said(ledger, ', ')}${measured && `; ${measured}`}`);
  enter({ what, ledger, measured });
}

/** Only a row of the table: for rounds that are tests of their own, whose ledgers are added up. */
export function countLedger(what: string, ledger: Ledger): void {
  enter({ what, ledger, measured: '' });
}

function enter(printed: PrintedLedger): void {
  const meta = TestRunner.getCurrentTest()?.meta;
  if (meta) meta.ledgers = [...(meta.ledgers ?? []), printed];
}

/** Median, 99th percentile and the largest of some milliseconds. */
export function spread(milliseconds: readonly number[]): { median: number; p99: number; max: number } {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { median: at(0.5), p99: at(0.99), max: Math.round(sorted.at(-1) ?? 0) };
}
