import { type ColumnChoice, type ColumnFields, columnsOf, mapColumns } from '../../domain/import-columns.ts';
import { displayValue } from '../../domain/sheet-row.ts';
import { type SheetBatch, WorkbookError } from '../workbook-reader.ts';
import { ChunkCutter, type CutRows } from './chunk-cutter.ts';
import type { Chunk } from './ports.ts';
import { encodeRows } from './rows-text.ts';

/** Makes a text small; `unpack` of the one that stores it gives it back. */
type Pack = (text: string) => Uint8Array;

/** How a file is to be cut. */
export interface CutPlan {
  /** Which columns are to be taken for what, whatever their headers say. */
  readonly choices: readonly ColumnChoice[];
  /** Rows in one chunk. */
  readonly chunkRows: number;
  /** Chunks with lower numbers are there already and left out. */
  readonly from: number;
}

/** One piece of a file: its header row and what the columns were taken for, then the number of rows, then the chunks in their order. */
export type CutPiece =
  | { readonly kind: 'header'; readonly headers: readonly string[]; readonly fields: ColumnFields }
  | { readonly kind: 'total'; readonly totalRows: number }
  | { readonly kind: 'chunk'; readonly chunk: Chunk };

export interface SheetCutter {
  /**
   * Reads the file at `path` as `WorkbookReader.read` does, and cuts its rows into chunks; the same file and plan give the same
   * ones each time. `signal` stops it at once; the iteration then throws the signal's reason. Throws `WorkbookError` as
   * `WorkbookReader.read` does, when the columns cannot be told apart (after the header), and when there is no row.
   */
  cut(path: string, plan: CutPlan, signal: AbortSignal): AsyncIterable<CutPiece>;
}

/**
 * Cuts what a reader gives; the number of rows comes last, and a second header makes void all that came before it. The same
 * thread that reads does this: what leaves it is small pieces of bytes, and not a hundred thousand rows.
 */
export async function* cutSheet(
  batches: AsyncIterable<SheetBatch>,
  plan: CutPlan,
  pack: Pack,
): AsyncGenerator<CutPiece> {
  let cutter: ChunkCutter | null = null;
  let fault: string | null = null;
  for await (const batch of batches) {
    if (batch.kind === 'header') {
      const { fields, problem } = mapColumns(batch.headers, plan.choices, batch.columns);
      // Also for a file that fails by it: whoever corrects it sees what was taken for what.
      yield { kind: 'header', headers: batch.headers.map((header) => displayValue(header) ?? ''), fields };
      fault = problem;
      cutter = problem === null ? new ChunkCutter(columnsOf(fields), plan.chunkRows) : null;
    } else if (cutter) {
      yield* pieces(cutter.add(batch.rows), plan, pack);
    }
  }
  if (fault !== null) throw new WorkbookError(fault);
  if (!cutter || cutter.total === 0) throw new WorkbookError('The sheet has a header row but no rows below it.');
  yield* pieces(cutter.end(), plan, pack);
  yield { kind: 'total', totalRows: cutter.total };
}

function* pieces(cut: readonly CutRows[], { from }: CutPlan, pack: Pack): Generator<CutPiece> {
  for (const { seq, rows } of cut) {
    if (seq < from) continue;
    yield { kind: 'chunk', chunk: { seq, rowCount: rows.length, rows: pack(encodeRows(rows)) } };
  }
}
