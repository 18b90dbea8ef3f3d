import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CellValue } from '../../src/domain/sheet-row.ts';
import { Random } from '../../src/infrastructure/excel/generate/random.ts';
import { expectedOf } from './corpus.ts';
import { damaged } from './fuzz-bytes.ts';
import { rewritten } from './fuzz-parts.ts';
import type { WholeSheet } from './sheets.ts';
import { unzip } from './unzip.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const MAX_BYTES = 300_000;

interface Sound {
  readonly name: string;
  readonly bytes: Buffer;
  /** It is refused as it is. */
  readonly isRefused: boolean;
  /** The parts of a workbook that can be taken apart. */
  readonly parts: ReadonlyMap<string, string> | null;
}

/** A file that is not quite what it was. */
export interface Mutant {
  readonly from: string;
  readonly kind: 'bytes' | 'parts' | 'csv';
  readonly bytes: Buffer;
}

/** Every file of the corpora that may be mutated. */
export async function soundFiles(): Promise<readonly Sound[]> {
  const files: Sound[] = [];
  for (const folder of ['workbooks/', 'csv/']) {
    for (const name of readdirSync(FIXTURES + folder).filter((file) => /\.(xlsx|xlsm|csv)$/.test(file))) {
      const bytes = readFileSync(FIXTURES + folder + name);
      if (bytes.length > MAX_BYTES) continue;
      const parts = folder === 'csv/' ? null : await unzip(bytes).catch(() => null);
      const isRefused =
        folder === 'workbooks/' && expectedOf(FIXTURES + folder, name.replace(/\w+$/, 'json')).kind === 'refusal';
      files.push({ name, bytes, isRefused, parts: parts && parts.size > 0 ? parts : null });
    }
  }
  return files;
}

/** One of `files`, mutated; the same for the same seed. One in eight is a CSV file. */
export function mutantOf(files: readonly Sound[], seed: number): Mutant {
  const random = new Random(seed);
  const isCsv = random.chance(1 / 8);
  const isRefused = !isCsv && random.chance(0.1);
  const choice = files.filter((file) => file.name.endsWith('.csv') === isCsv && file.isRefused === isRefused);
  const file = choice[random.whole(0, choice.length - 1)];
  if (!file) throw new Error('There is nothing to mutate.');
  const { name: from, bytes, parts } = file;
  if (isCsv) return { from, kind: 'csv', bytes: damaged(random, bytes) };
  if (!parts || random.chance(0.2)) return { from, kind: 'bytes', bytes: damaged(random, bytes) };
  return { from, kind: 'parts', bytes: rewritten(random, parts) };
}

/** The same sheet, whatever two readers make of digits beyond the 15 that Excel keeps and of blanks at the end of a row. */
export function comparable({ headerRow, headers, rows }: WholeSheet) {
  const row = (values: readonly CellValue[]) => trimmed(values).map(shown);
  return {
    headerRow,
    headers: row(headers),
    rows: rows.map(({ rowNumber, values }) => [rowNumber, ...row(values)]).sort(),
  };
}

function trimmed(values: readonly CellValue[]): readonly CellValue[] {
  return values.slice(0, values.findLastIndex((value) => value !== null) + 1);
}

function shown(value: CellValue): string {
  if (typeof value === 'number') return `number ${Number(value.toPrecision(15))}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  return JSON.stringify(value);
}
