import ExcelJS from 'exceljs';
import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import type { LogFacts } from '../../src/domain/report/ticket-log.ts';
import type { Letter } from './import-calls.ts';

/** The cells of a workbook by row number, read by another reader than the product's. */
export async function sheetOf(content: Buffer) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(content).buffer);
  const rows = new Map<number, ExcelJS.CellValue[]>();
  book.worksheets[0]?.eachRow((row, number) => {
    const cells = Array.isArray(row.values) ? row.values.slice(1) : [];
    rows.set(
      number,
      Array.from(cells, (cell) => cell ?? null),
    );
  });
  return { headers: (rows.get(1) ?? []).map(String), rows };
}

const TARGET_MS: Record<string, number> = { VIP: 120 * 60_000, NORMAL: 1_440 * 60_000 };

/** What each good row says, taken from the sheet as anyone would. */
export async function factsOf(content: Buffer, dead: readonly Pick<Letter, 'rowNumber'>[]): Promise<LogFacts[]> {
  const { headers, rows } = await sheetOf(content);
  const bad = new Set(dead.map(({ rowNumber }) => rowNumber));
  const facts: LogFacts[] = [];
  for (const [number, cells] of rows) {
    if (number === 1 || bad.has(number)) continue;
    const cell = (header: string) => cells[headers.indexOf(header)] ?? null;
    const text = (header: string) =>
      String(cell(header))
        .trim()
        .toUpperCase()
        .replace(/[\s-]+/g, '_');
    const instant = (header: string) => (cell(header) === null ? null : new Date(cell(header) as string | Date));
    const createdAt = instant('Created') ?? new Date(Number.NaN);
    const resolvedAt = instant('Resolved');
    const tier = text('Tier') as ClientTier;
    const escalationLevel = Number(cell('Escalation') ?? 0);
    const breached = resolvedAt !== null && resolvedAt.getTime() - createdAt.getTime() > (TARGET_MS[tier] ?? 0);
    facts.push({
      clientType: tier,
      status: text('Status') as TicketStatus,
      createdAt,
      resolvedAt,
      agent: cell('Agent Email') === null ? null : String(cell('Agent Email')).trim().toLowerCase(),
      escalationLevel,
      escalatedAt: escalationLevel > 0 ? createdAt : null,
      breached,
      breachedAt: breached ? createdAt : null,
    });
  }
  return facts;
}
