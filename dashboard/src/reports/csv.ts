import type { ReportTable } from './tables.ts';

/** What a spreadsheet may take for a formula or a command (OWASP, "CSV Injection"). */
const DANGEROUS = /^[=+\-@\t\r]/;

/** A table as a file of RFC 4180; a text that a spreadsheet would run as a formula is made plain by an apostrophe. */
export function csvOf({ columns, rows }: ReportTable): string {
  const lines = [columns.map(({ fileLabel, label }) => field(fileLabel ?? label)), ...rows.map(fieldsOf)];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function fieldsOf({ cells }: ReportTable['rows'][number]): string[] {
  return cells.map(({ value }) => field(value));
}

function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const plain = DANGEROUS.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
