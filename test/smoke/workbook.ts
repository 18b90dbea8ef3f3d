import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ExcelJS from 'exceljs';
import { REPOSITORY } from '../support/server-process.ts';

/** One row as a person reads it. */
export interface Row {
  readonly rowNumber: number;
  readonly id: string;
  readonly tier: string;
  readonly status: string;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly agent: string | null;
  readonly escalationLevel: number;
}

export interface Workbook {
  readonly path: string;
  readonly rows: number;
  readonly bad: number;
}

/** Has the product's own command write a workbook. */
export async function generate(path: string, rows: number, seed: number): Promise<Workbook> {
  const args = ['run', '--silent', 'generate:excel', '--', '--rows', `${rows}`, '--seed', `${seed}`, '--out', path];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: REPOSITORY });
  const [, written, bad] = /: (\d+) rows, (\d+) of them with a mistake/.exec(stdout) ?? [];
  assert.equal(Number(written), rows, stdout);
  return { path, rows, bad: Number(bad) };
}

/** The rows but those in `bad`, read without any code of the product. */
export async function goodRows({ path }: Workbook, bad: ReadonlySet<number>): Promise<Row[]> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  const [sheet] = book.worksheets;
  assert(sheet);
  const columns = new Map<string, number>();
  sheet.getRow(1).eachCell((cell, column) => columns.set(cell.text, column));
  const rows: Row[] = [];
  sheet.eachRow((row, rowNumber) => {
    if (rowNumber === 1 || bad.has(rowNumber)) return;
    const cell = (header: string) => row.getCell(columns.get(header) ?? 0);
    rows.push({
      rowNumber,
      id: cell('Ticket ID').text,
      tier: cell('Tier').text,
      status: cell('Status').text,
      createdAt: date(cell('Created').value),
      resolvedAt: cell('Resolved').value === null ? null : date(cell('Resolved').value),
      agent: cell('Agent Email').text || null,
      escalationLevel: Number(cell('Escalation').value ?? 0),
    });
  });
  return rows;
}

/** What is known after importing `later` over `earlier`: the last upload of an id counts. */
export function merged(earlier: readonly Row[], later: readonly Row[]): Row[] {
  return [...new Map([...earlier, ...later].map((row) => [row.id, row])).values()];
}

function date(value: ExcelJS.CellValue): Date {
  assert(value instanceof Date, `A date was expected: ${String(value)}`);
  return value;
}
