import { cutToWidth, padToWidth, printable, textWidth } from './text-width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** This column gives way when the table is too wide; one at most. */
  readonly flexible?: boolean;
}

const GAP = '  ';
const NARROWEST = 8;

/**
 * A table as lines of at most `width` columns: a line of titles, a rule, the rows. Cells are made printable.
 * Missing cells are empty. Without a flexible column a table may be wider than asked.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? '')));
  const widths = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[index] ?? ''))),
  );
  const flexible = columns.findIndex((column) => column.flexible);
  if (flexible >= 0) {
    const others = widths.reduce((sum, one, index) => (index === flexible ? sum : sum + one), 0);
    const left = width - others - GAP.length * (columns.length - 1);
    widths[flexible] = Math.max(NARROWEST, Math.min(widths[flexible] ?? 0, left));
  }
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const columnWidth = widths[index] ?? 0;
        return padToWidth(cutToWidth(row[index] ?? '', columnWidth), columnWidth, align);
      })
      .join(GAP)
      .trimEnd();
  return [line(columns.map(({ title }) => title)), widths.map((one) => '─'.repeat(one)).join(GAP), ...cells.map(line)];
}
