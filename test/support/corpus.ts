import { readdirSync, readFileSync } from 'node:fs';
import type { CellValue } from '../../src/domain/sheet-row.ts';
import type { WholeSheet } from './sheets.ts';

/** A file of the corpus and what a reader should make of it. */
export type Expected = { readonly file: string; readonly about: string } & (
  | { readonly kind: 'sheet'; readonly sheet: WholeSheet }
  | { readonly kind: 'refusal'; readonly sentence: string }
);

type Stored =
  | string
  | number
  | boolean
  | null
  | { readonly date: string }
  | { readonly error: string }
  | { readonly times: number; readonly of: string };

interface Content {
  readonly about: string;
  readonly refused?: string;
  readonly headerRow: number;
  readonly headers: readonly Stored[];
  readonly rows: readonly { readonly rowNumber: number; readonly values: readonly Stored[] }[];
}

/** What `name`, a .json of the folder, expects of the file beside it. */
export function expectedOf(folder: string, name: string): Expected {
  const stem = name.replace(/json$/, '');
  const file = readdirSync(folder).find((other) => other.startsWith(stem) && other !== name) ?? `${stem}missing`;
  const content = JSON.parse(readFileSync(folder + name, 'utf8')) as Content;
  const { about } = content;
  if (content.refused !== undefined) return { kind: 'refusal', file, about, sentence: content.refused };
  const rows = content.rows.map(({ rowNumber, values }) => ({ rowNumber, values: values.map(cellOf) }));
  return {
    kind: 'sheet',
    file,
    about,
    sheet: { headerRow: content.headerRow, headers: content.headers.map(cellOf), rows },
  };
}

function cellOf(stored: Stored): CellValue {
  if (stored === null || typeof stored !== 'object') return stored;
  if ('date' in stored) return new Date(stored.date);
  if ('error' in stored) return stored;
  return stored.of.repeat(stored.times);
}
