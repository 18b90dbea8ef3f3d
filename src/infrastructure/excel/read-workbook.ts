import { type SheetBatch, WorkbookError } from '../../application/workbook-reader.ts';
import type { CellContext } from './cell-value.ts';
import { assertLooksLikeWorkbook } from './file-kind.ts';
import { dateStylesHandler } from './number-formats.ts';
import { PartText } from './part-text.ts';
import { SharedTexts, sharedTextsHandler } from './shared-texts.ts';
import { SheetHandler } from './sheet-handler.ts';
import { SheetBatches } from './sheet-rows.ts';
import type { WorkbookLimits } from './workbook-limits.ts';
import {
  linkedPart,
  linksById,
  type Relationship,
  relationshipsHandler,
  relationshipsPart,
  type WorkbookIndex,
  workbookHandler,
} from './workbook-parts.ts';
import { type XmlHandler, XmlScanner } from './xml-scanner.ts';
import { shown } from './xml-text.ts';
import { ZipArchive } from './zip-archive.ts';

const DEFAULT_WORKBOOK_PART = 'xl/workbook.xml';

/** UTF-16 units that are scanned before what they became is taken: a few hundred short rows can be 16,384 columns wide each. */
const PIECE = 16 * 1024;
/** Units of a sheet after which a batch goes out, however few rows it has: its values keep the text around them in memory. */
const BATCH_SOURCE = 4 * 1024 ** 2;

/** Parts that show that an archive is something other than a workbook that we read. */
const OTHER_FORMATS: readonly (readonly [string, string])[] = [
  ['xl/workbook.bin', 'a binary Excel workbook (.xlsb); save it as "Excel Workbook (.xlsx)"'],
  ['word/document.xml', 'a Word document, not an Excel workbook'],
  ['ppt/presentation.xml', 'a PowerPoint presentation, not an Excel workbook'],
  ['content.xml', 'an OpenDocument file; save it as "Excel Workbook (.xlsx)"'],
  ['Index/Document.iwa', 'an Apple Numbers or Pages document; export it as an Excel workbook (.xlsx)'],
];

/**
 * Reads the first visible sheet of the workbook at `path`, in this thread. See `WorkbookReader.read` for what comes out and
 * what is thrown; but a fault shows only where it stands, and a second header makes void all that came before it. Memory is
 * bounded by the shared texts and one batch, whatever the length of the sheet.
 */
export async function* readWorkbook(
  path: string,
  batchRows: number,
  limits: WorkbookLimits,
): AsyncGenerator<SheetBatch> {
  await assertLooksLikeWorkbook(path);
  const archive = await ZipArchive.open(path, limits);
  try {
    const { sheetPart, context } = await readContext(archive, limits);
    const first = new SheetBatches(batchRows);
    yield* scanSheet(archive, sheetPart, context, first, limits);
    if (first.header === null)
      throw new WorkbookError('The first visible sheet of the workbook is empty: it has no header row.');
    // What the rows say depends on the header.
    if (first.above !== null)
      yield* scanSheet(archive, sheetPart, context, new SheetBatches(batchRows, first.above), limits);
  } finally {
    archive.close();
  }
}

/** Scans the sheet into `batches` and passes them on. */
async function* scanSheet(
  archive: ZipArchive,
  part: string,
  context: CellContext,
  batches: SheetBatches,
  limits: WorkbookLimits,
): AsyncGenerator<SheetBatch> {
  let scanned = 0;
  let late = BATCH_SOURCE;
  for await (const length of scan(archive, part, new SheetHandler(context, batches))) {
    scanned += length;
    assertNoTextBomb(batches.textLength, context.texts.length, scanned, limits);
    const isLate = scanned > late;
    if (isLate) late += BATCH_SOURCE;
    yield* batches.take(isLate);
  }
  yield* batches.take(true);
}

function assertNoTextBomb(inCells: number, shared: number, sheetLength: number, limits: WorkbookLimits): void {
  if (inCells <= limits.bombBytes + shared) return;
  if (inCells > shared + sheetLength * limits.textRatio || inCells > limits.partBytes)
    throw new WorkbookError('The workbook is refused: its cells repeat long texts over and over, far more than fits.');
}

async function readContext(
  archive: ZipArchive,
  limits: WorkbookLimits,
): Promise<{ sheetPart: string; context: CellContext }> {
  const packageLinks = await relationships(archive, '', limits);
  const other = OTHER_FORMATS.find(([part]) => archive.has(part));
  if (other) throw new WorkbookError(`The file is ${other[1]}.`);
  const workbookPart = linkedPart('officeDocument', packageLinks) ?? DEFAULT_WORKBOOK_PART;
  if (!archive.has(workbookPart))
    throw new WorkbookError('The file is an archive (zip), but not an Excel workbook (.xlsx).');
  const index: WorkbookIndex = { date1904: false, sheets: [] };
  await scanWhole(archive, workbookPart, workbookHandler(index), limits.indexPartBytes);
  const links = await relationships(archive, workbookPart, limits);
  const sheetPart = firstVisibleSheet(index, links);
  const dateStyles: boolean[] = [];
  // Both may well be absent: without styles no number is a date, without shared texts no cell may refer to one.
  const stylesPart = linkedPart('styles', links);
  if (stylesPart !== undefined && archive.has(stylesPart))
    await scanWhole(archive, stylesPart, dateStylesHandler(dateStyles));
  const texts = new SharedTexts(limits.sharedTextBytes);
  const textsPart = linkedPart('sharedStrings', links);
  if (textsPart !== undefined && archive.has(textsPart)) await scanWhole(archive, textsPart, sharedTextsHandler(texts));
  return { sheetPart, context: { texts, dateStyles, date1904: index.date1904 } };
}

function firstVisibleSheet(index: WorkbookIndex, links: readonly Relationship[]): string {
  const byId = linksById(links);
  for (const sheet of index.sheets) {
    if (!sheet.visible) continue;
    const link = byId.get(sheet.relationshipId);
    if (link === undefined)
      throw new WorkbookError(`The workbook is damaged: its sheet "${shown(sheet.name)}" is missing.`);
    // Chart and dialog sheets have tabs too, but no cells.
    if (link.kind === 'worksheet') return link.part;
  }
  throw new WorkbookError('The workbook has no visible sheet with cells.');
}

async function relationships(
  archive: ZipArchive,
  part: string,
  limits: WorkbookLimits,
): Promise<readonly Relationship[]> {
  const found: Relationship[] = [];
  const name = relationshipsPart(part);
  if (archive.has(name)) await scanWhole(archive, name, relationshipsHandler(part, found), limits.indexPartBytes);
  return found;
}

async function scanWhole(archive: ZipArchive, part: string, handler: XmlHandler, maxBytes?: number): Promise<void> {
  for await (const _ of scan(archive, part, handler, maxBytes)) {
    // The handler keeps what it needs.
  }
}

/** Feeds a part to `handler`, stopping after each piece, with its length, so that the caller can take what has become ready. */
async function* scan(
  archive: ZipArchive,
  part: string,
  handler: XmlHandler,
  maxBytes?: number,
): AsyncGenerator<number> {
  const characters = new PartText();
  const scanner = new XmlScanner(handler);
  for await (const chunk of archive.read(part, maxBytes)) {
    const text = characters.write(chunk);
    for (let at = 0; at < text.length; at += PIECE) {
      const piece = text.slice(at, at + PIECE);
      scanner.write(piece);
      yield piece.length;
    }
  }
  scanner.write(characters.end());
  scanner.end();
}
