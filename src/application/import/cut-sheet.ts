import { type ColumnChoice, type ColumnFields, columnsOf, mapColumns } from '../../domain/import-columns.ts';
import { displayValue } from '../../domain/sheet-row.ts';
import { type SheetBatch, WorkbookError } from '../workbook-reader.ts';
import { ChunkCutter, type CutRows } from './chunk-cutter.ts';
import type { Chunk } from './ports.ts';
import { encodeRows } from './rows-text.ts';

/** How a file is to be cut. */
export interface CutPlan {
  /** Which columns are to be taken for what, whatever their headers say. */
  readonly choices: readonly ColumnChoice[];
  /** Rows in one chunk. */
  readonly chunkRows: number;
  /** Chunks with lower numbers are there already and left out. */
  readonly from: number;
}

/** One piece of a file: its header row and what the columns were taken for, then the chunks in their order, then the number of rows. */
export type CutPiece =
  | { readonly kind: 'header'; readonly headers: readonly string[]; readonly fields: ColumnFields }
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'end'; readonly totalRows: number };

export interface SheetCutter {
  /**
   * Reads the file at `path` as `WorkbookReader.read` does, and cuts its rows into chunks; the same file and plan give the same
   * ones each time. `signal` stops it at once; the iteration then throws the signal's reason. Throws `WorkbookError` as
   * `WorkbookReader.read` does, when the columns cannot be told apart (after the header), and when there is no row.
   */
  cut(path: string, plan: CutPlan, signal: AbortSignal): AsyncIterable<CutPiece>;
}

/** Cuts what a reader gives. The same thread that reads does this: what leaves it is text, and not a hundred thousand rows. */
export async function* cutSheet(batches: AsyncIterable<SheetBatch>, plan: CutPlan): AsyncGenerator<CutPiece> {
  let cutter: ChunkCutter | null = null;
  for await (const batch of batches) {
    if (batch.kind === 'header') {
      const { fields, problem } = mapColumns(batch.headers, plan.choices);
      // Also for a file that fails by it: whoever corrects it sees what was taken for what.
      yield { kind: 'header', headers: batch.headers.map((header) => displayValue(header) ?? ''), fields };
      if (problem !== null) throw new WorkbookError(problem);
      cutter = new ChunkCutter(columnsOf(fields), plan.chunkRows);
    } else if (cutter) {
      yield* pieces(cutter.add(batch.rows), plan);
    }
  }
  if (!cutter || cutter.total === 0) throw new WorkbookError('The sheet has a header row but no rows below it.');
  yield* pieces(cutter.end(), plan);
  yield { kind: 'end', totalRows: cutter.total };
}

function* pieces(cut: readonly CutRows[], { from }: CutPlan): Generator<CutPiece> {
  for (const { seq, rows } of cut) {
    if (seq < from) continue;
    yield { kind: 'chunk', chunk: { seq, rowCount: rows.length, rows: encodeRows(rows) } };
  }
}
