import { DomainError, notFound } from '../../domain/domain-error.ts';
import { type ErrorSheet, errorRow, errorSheet, errorWorkbookName } from '../../domain/error-workbook.ts';
import { type CellValue, displayValue } from '../../domain/sheet-row.ts';
import type { Clock } from '../runtime.ts';
import type { SheetColumn, WorkbookWriter } from '../workbook-writer.ts';
import type { ErrorWorkbookLink, ErrorWorkbookLinks } from './error-workbook-links.ts';
import type { DeadLetter, DeadLetterStore, ImportStore } from './ports.ts';

/** Rows of a page: what the process reads and hands on in one go. */
const PAGE_ROWS = 250;

/** Widths of columns, in characters. */
const NARROWEST = 9;
const WIDEST = 50;
const WIDTH_OF_REASONS = 80;
const WIDTH_OF_DATES = 20;

export interface OpenErrorWorkbookDeps {
  readonly imports: Pick<ImportStore, 'find'>;
  readonly deadLetters: Pick<DeadLetterStore, 'inRowOrder'>;
  readonly links: ErrorWorkbookLinks;
  readonly writer: WorkbookWriter;
  readonly clock: Clock;
}

export interface OpenErrorWorkbook {
  readonly filename: string;
  /** The .xlsx file, made while it is taken: the dead letters as they are then. Stops when `signal` is aborted. */
  content(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** Throws FORBIDDEN unless the link was made here for this import and still holds. */
export const checkErrorWorkbookLink =
  (deps: Pick<OpenErrorWorkbookDeps, 'links' | 'clock'>) =>
  (link: ErrorWorkbookLink): void => {
    const standing = deps.links.check(link, deps.clock.now());
    if (standing === 'valid') return;
    const what = standing === 'expired' ? 'This link has expired' : 'This link is not one that the server made';
    throw new DomainError('FORBIDDEN', `${what}: ask for the import's errorWorkbookUrl again.`, {});
  };

/**
 * The rejected rows of an import as a workbook, with the number of each row and why it was rejected, to be corrected and
 * imported again. Who holds the link may have it: only who may read imports is given one. FORBIDDEN as `checkErrorWorkbookLink`
 * says; NOT_FOUND for an unknown import, and when no dead letter is left.
 */
export const openErrorWorkbook =
  (deps: OpenErrorWorkbookDeps) =>
  async (link: ErrorWorkbookLink): Promise<OpenErrorWorkbook> => {
    checkErrorWorkbookLink(deps)(link);
    const { importId } = link;
    const process = await deps.imports.find(importId);
    if (!process) throw notFound('import', importId);
    const first = await deps.deadLetters.inRowOrder(importId, { afterRow: 0, first: PAGE_ROWS });
    if (first.length === 0) throw new DomainError('NOT_FOUND', noneLeft(process.status), {});
    const sheet = errorSheet(process.headers ?? [], process.fields ?? []);
    const columns = columnsOf(sheet, rowsOf(sheet, first));
    return {
      filename: errorWorkbookName(process.filename),
      content: (signal) =>
        deps.writer.write({ name: 'Rejected rows', columns }, pages(deps, importId, sheet, first), signal),
    };
  };

function noneLeft(status: string): string {
  return status === 'RUNNING'
    ? 'This import has no dead letters at present: they are being tried again. Ask once it has ended.'
    : 'This import has no dead letters left: they were imported or discarded since.';
}

async function* pages(deps: OpenErrorWorkbookDeps, importId: string, sheet: ErrorSheet, first: readonly DeadLetter[]) {
  let page = first;
  while (page.length > 0) {
    const afterRow = page.at(-1)?.rowNumber ?? 0;
    // Read while this one is written; nobody may be there any more to hear of its failure.
    const next = deps.deadLetters.inRowOrder(importId, { afterRow, first: PAGE_ROWS });
    next.catch(() => undefined);
    yield rowsOf(sheet, page);
    page = await next;
  }
}

function rowsOf(sheet: ErrorSheet, letters: readonly DeadLetter[]): CellValue[][] {
  return letters.map((letter) => errorRow(sheet, letter));
}

/** Columns as wide as their header and the first rows want them. */
function columnsOf(sheet: ErrorSheet, sample: readonly (readonly CellValue[])[]): SheetColumn[] {
  return sheet.headers.map((header, index) => {
    if (index === sheet.reason) return { header, width: WIDTH_OF_REASONS, wraps: true };
    const wanted = Math.max(widthOf(header), ...sample.map((row) => widthOf(row[index] ?? null)));
    // Room for the filter's button.
    return { header, width: Math.min(Math.max(wanted + 3, NARROWEST), WIDEST), wraps: false };
  });
}

function widthOf(cell: CellValue): number {
  if (cell instanceof Date) return WIDTH_OF_DATES;
  return Math.min(displayValue(cell)?.length ?? 0, WIDEST);
}
