import { randomUUID } from 'node:crypto';
import type { WorkbookReader } from '../../src/application/workbook-reader.ts';
import { readCsv } from '../../src/infrastructure/csv/read-csv.ts';
import { readSheet, type Scratch, type WholeSheet } from './sheets.ts';

/** A reader of CSV in this thread that reads so many bytes at once. */
function inPieces(pieceBytes?: number): WorkbookReader {
  return { read: (path, { batchRows }) => readCsv(path, batchRows, pieceBytes) };
}

/** Everything that is read of a CSV file with these bytes, in this thread. */
export async function readCsvBytes(scratch: Scratch, bytes: Buffer | string, pieceBytes?: number): Promise<WholeSheet> {
  return readSheet(inPieces(pieceBytes), await scratch.write(`${randomUUID()}.csv`, bytes));
}

export const CSV_ENCODINGS = ['UTF-8', 'UTF-8 with a BOM', 'UTF-16LE', 'UTF-16BE'] as const;
export type CsvEncoding = (typeof CSV_ENCODINGS)[number];

/** How a file is written, wherever RFC 4180 leaves a choice or programs differ. */
export interface CsvStyle {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly encoding: CsvEncoding;
  /** Whether cells are quoted that need no quotes, by some number of theirs. */
  readonly quotes: (row: number, column: number) => boolean;
  readonly hasLastLineEnd: boolean;
}

/** The text of a CSV file with these cells: quotes where they are needed, and where `style` wants them. */
export function csvText(rows: readonly (readonly string[])[], style: Omit<CsvStyle, 'encoding'>): string {
  const cell = (value: string, row: number, column: number) => {
    const isNeeded = value.includes(style.delimiter) || /["\r\n]/.test(value);
    return isNeeded || style.quotes(row, column) ? `"${value.split('"').join('""')}"` : value;
  };
  const lines = rows.map((row, at) => row.map((value, column) => cell(value, at, column)).join(style.delimiter));
  return lines.join(style.lineEnd) + (style.hasLastLineEnd ? style.lineEnd : '');
}

export function encoded(text: string, encoding: CsvEncoding): Buffer {
  if (encoding === 'UTF-8') return Buffer.from(text);
  if (encoding === 'UTF-8 with a BOM') return Buffer.from(`\uFEFF${text}`);
  const units = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'UTF-16LE' ? units : units.swap16();
}
