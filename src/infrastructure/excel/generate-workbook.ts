import { open } from 'node:fs/promises';
import ExcelJS from 'exceljs';
import { IMPORT_FIELDS, type ImportField } from '../../domain/import-columns.ts';
import { generateHistory } from './generate/history.ts';
import { type GeneratedCell, type GeneratedRow, MISTAKES, type Mistake } from './generate/mistakes.ts';
import { Random } from './generate/random.ts';

export interface GenerateWorkbookOptions {
  /** Rows below the header, the bad ones among them: 1 to 1,048,575. */
  readonly rows: number;
  /** The share of rows with a mistake in them, 0 to 1; the number of them is rounded. */
  readonly badShare: number;
  /** The same seed and `now` give the same cells. A 32-bit whole number. */
  readonly seed: number;
  /** Where to write; an existing file is replaced. */
  readonly out: string;
  /** The end of the history. */
  readonly now: Date;
}

const HEADERS: Readonly<Record<ImportField, string>> = {
  externalId: 'Ticket ID',
  clientName: 'Client',
  clientType: 'Tier',
  status: 'Status',
  createdAt: 'Created',
  resolvedAt: 'Resolved',
  agent: 'Agent Email',
  priority: 'Priority',
  escalationLevel: 'Escalation',
  title: 'Subject',
};

const WIDTHS: Partial<Record<ImportField, number>> = {
  clientName: 32,
  createdAt: 20,
  resolvedAt: 20,
  agent: 34,
  title: 60,
};
const DATE_FORMAT = 'yyyy-mm-dd hh:mm:ss';

/**
 * Writes a workbook of made-up tickets in the import's format, with every kind of mistake that people make among the bad rows.
 * Returns how many rows it has and how many of them an import refuses: exactly `rows * badShare`, rounded. Throws the
 * operating system's error when `out` cannot be written.
 */
export async function generateWorkbook(options: GenerateWorkbookOptions): Promise<{ rows: number; bad: number }> {
  const bad = Math.round(options.rows * options.badShare);
  const file = await open(options.out, 'w');
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({
    stream: file.createWriteStream(),
    useSharedStrings: true,
    useStyles: true,
  });
  book.created = options.now;
  book.modified = options.now;
  const sheet = book.addWorksheet('Tickets', { views: [{ state: 'frozen', ySplit: 1 }] });
  for (const [index, field] of IMPORT_FIELDS.entries()) sheet.getColumn(index + 1).width = WIDTHS[field] ?? 14;
  const header = sheet.addRow(IMPORT_FIELDS.map((field) => HEADERS[field]));
  header.font = { bold: true };
  header.commit();
  for (const row of generateRows(options, bad)) {
    const written = sheet.addRow(IMPORT_FIELDS.map((field) => plainCell(row[field])));
    for (const [index, field] of IMPORT_FIELDS.entries()) {
      if (row[field] instanceof Date) written.getCell(index + 1).numFmt = DATE_FORMAT;
    }
    written.commit();
  }
  sheet.commit();
  await book.commit();
  return { rows: options.rows, bad };
}

function* generateRows({ rows, seed, now }: GenerateWorkbookOptions, bad: number): Generator<GeneratedRow> {
  // Two streams of chance, so that the tickets are the same whatever the share of bad ones.
  const random = new Random(seed ^ 0x5bd1e995);
  const mistakes = Object.values(MISTAKES);
  const offset = random.whole(0, mistakes.length - 1);
  let earlierId: string | null = null;
  let left = rows;
  let badLeft = bad;
  for (const log of generateHistory(rows, now, new Random(seed))) {
    // Draws exactly `bad` rows, each with the same chance, in one pass.
    const isBad = random.chance(badLeft / left);
    left -= 1;
    if (isBad) {
      yield { ...log, ...mistaken(mistakes, offset + badLeft)(log, earlierId) };
      badLeft -= 1;
    } else {
      yield log;
      earlierId = earlierId === null || random.chance(0.01) ? log.externalId : earlierId;
    }
  }
}

/** The mistake whose turn it is. As long as there is no good row to repeat, the id is missing instead. */
function mistaken(mistakes: readonly Mistake[], turn: number) {
  const mistake = mistakes[turn % mistakes.length];
  return (log: Parameters<Mistake>[0], earlierId: string | null): Partial<GeneratedRow> =>
    mistake === undefined || (mistake === MISTAKES.repeated && earlierId === null)
      ? { externalId: null }
      : mistake(log, earlierId ?? '');
}

function plainCell(cell: GeneratedCell): ExcelJS.CellValue {
  return cell !== null && typeof cell === 'object' && 'asNumber' in cell ? cell.asNumber : cell;
}
