import type { SheetBatch } from '../../application/workbook-reader.ts';
import type { WorkbookLimits } from './workbook-limits.ts';

/** What the reading thread is started with. */
export interface ReadingTask {
  readonly path: string;
  readonly batchRows: number;
  readonly limits: WorkbookLimits;
  /** Batches that it may send before it waits; any message to it allows one more. */
  readonly batchesInFlight: number;
}

/** What the reading thread sends: batches, then one of the others. */
export type FromWorker =
  | { readonly kind: 'batch'; readonly batch: SheetBatch }
  | { readonly kind: 'end' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown; readonly properties: object };
