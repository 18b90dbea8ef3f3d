import type { CutPiece, CutPlan } from '../../application/import/cut-sheet.ts';
import type { SheetBatch } from '../../application/workbook-reader.ts';
import type { WorkbookLimits } from './workbook-limits.ts';

/** What the reading thread is started with. */
export interface ReadingTask {
  readonly path: string;
  /** An empty file for pieces until all have come. */
  readonly heldAt: string;
  /** The most rows that are read before they are taken. */
  readonly batchRows: number;
  /** Send the file cut by this; null: as batches. */
  readonly plan: CutPlan | null;
  readonly limits: WorkbookLimits;
  /** Pieces that it may send before it waits; any message to it allows one more. */
  readonly piecesInFlight: number;
}

/** What the reading thread sends: pieces of one kind, then one of the others. */
export type FromWorker =
  | { readonly kind: 'piece'; readonly piece: SheetBatch | CutPiece }
  | { readonly kind: 'end' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown; readonly properties: object };
