import type { SheetColumn } from '../../application/workbook-writer.ts';
import type { CellValue } from '../../domain/sheet-row.ts';

/** What the writing thread is started with. */
export interface WritingTask {
  readonly name: string;
  readonly columns: readonly SheetColumn[];
}

/** What it is sent: pages, each when it has asked for one, and null after the last. */
export type ToWriter = readonly (readonly CellValue[])[] | null;

/** What it sends: bytes as they come, that the last page is packed, and the end. */
export type FromWriter =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'next' }
  | { readonly kind: 'end' };
