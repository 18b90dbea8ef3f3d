import type { Table } from './benchmark.ts';
import { type Figures, type Measured, medianOf } from './rounds.ts';
import { ratio, withRange } from './statistics.ts';

export interface Metric<F extends Figures> {
  readonly key: keyof F & string;
  readonly label: string;
  readonly digits?: number;
  /** Shown as the sum of all runs instead of their median: for what may not happen even once. */
  readonly summed?: boolean;
}

/** Contenders as rows and metrics as columns: medians with ranges, and how ours compares by `by` with each of the others. */
export function comparison<F extends Figures>(
  title: string,
  measured: readonly Measured<F>[],
  metrics: readonly Metric<F>[],
  by: keyof F & string,
): Table {
  const ours = measured.find(({ contender }) => contender.role === 'ours');
  const label = metrics.find(({ key }) => key === by)?.label ?? by;
  return {
    title,
    columns: ['', ...metrics.map((metric) => metric.label), `ours / this, ${label}`],
    rows: measured.map((each) => [
      named(each),
      ...metrics.map((metric) => cell(each, metric)),
      each === ours ? '' : ratio(medianOf(ours, by), medianOf(each, by)),
    ]),
    notes: measured.flatMap(({ remarks }) => remarks),
  };
}

function cell<F extends Figures>({ runs }: Measured<F>, { key, digits, summed }: Metric<F>): string {
  const values = runs.map((run) => run[key] ?? Number.NaN);
  if (values.every(Number.isNaN)) return '';
  return summed ? String(values.reduce((sum, value) => sum + value, 0)) : withRange(values, digits);
}

function named<F extends Figures>({ contender }: Measured<F>): string {
  return contender.role === 'ours' ? contender.name : `${contender.name} (${contender.role})`;
}

/** The runs of each contender by its name, for the JSON file. */
export function runsByName<F extends Figures>(measured: readonly Measured<F>[]): Record<string, readonly F[]> {
  return Object.fromEntries(measured.map(({ contender, runs }) => [contender.name, runs]));
}
