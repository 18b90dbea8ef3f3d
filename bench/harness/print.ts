import type { Goal, Table } from './benchmark.ts';

/** A table for the terminal: names to the left, figures to the right. */
export function tableText({ title, columns, rows, notes = [] }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    widths
      .map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  const body = rows.map(line);
  const head = columns.some((column) => column !== '')
    ? [line(columns), widths.map((w) => '-'.repeat(w)).join('  ')]
    : [];
  return ['', title, ...[...head, ...body, ...notes.map((note) => `* ${note}`)].map((each) => `  ${each}`)].join('\n');
}

/** What was promised and what came of it. */
export function goalsTable(goals: readonly Goal[]): Table {
  return {
    title: 'goals',
    columns: ['', 'wanted', 'measured', ''],
    rows: goals.map(({ what, wanted, measured, met }) => [what, wanted, measured, met ? 'met' : 'MISSED']),
  };
}
