import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf, mapColumns } from '../src/domain/import-columns.ts';
import { externalIdOf, type ImportedLog, parseRow } from '../src/domain/import-row.ts';
import { generateWorkbook } from '../src/infrastructure/excel/generate-workbook.ts';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { readSheet, type Scratch, scratchFolder, type WholeSheet } from './support/sheets.ts';

const NOW = new Date('2026-11-23T10:00:00Z');
const reader = new ThreadedWorkbookReader();
let scratch: Scratch;

beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

async function generated(rows: number, badShare: number, seed = 1, now = NOW) {
  const out = scratch.path(`${rows}-${badShare}-${seed}.xlsx`);
  const counts = await generateWorkbook({ rows, badShare, seed, out, now });
  return { counts, sheet: await readSheet(reader, out) };
}

/** What the import makes of a sheet: a later row with the id of an earlier one is dead too. */
function imported(sheet: WholeSheet): { logs: ImportedLog[]; reasons: string[][] } {
  const mapping = mapColumns(sheet.headers);
  if (mapping.problem !== null) throw new Error(mapping.problem);
  const columns = columnsOf(mapping.fields);
  const seen = new Set<string>();
  const logs: ImportedLog[] = [];
  const reasons: string[][] = [];
  for (const row of sheet.rows) {
    const parsed = parseRow(row, columns);
    const id = externalIdOf(row, columns);
    const repeated = id !== null && seen.has(id);
    if (id !== null) seen.add(id);
    if (parsed.ok && !repeated) logs.push(parsed.log);
    else reasons.push(parsed.ok ? ['repeated'] : [...parsed.reasons]);
  }
  return { logs, reasons };
}

describe('a generated workbook', () => {
  it.each([
    [3000, 0.05, 150],
    [1, 0, 0],
    [1, 1, 1],
    [40, 1, 40],
    [33, 0.5, 17],
  ])('of %d rows with a share of %d bad ones has exactly %d that fail', async (rows, badShare, bad) => {
    const { counts, sheet } = await generated(rows, badShare);
    const { logs, reasons } = imported(sheet);
    expect(counts).toEqual({ rows, bad });
    expect([sheet.rows.length, logs.length, reasons.length]).toEqual([rows, rows - bad, bad]);
  });

  it('holds every kind of mistake, each alone in its row but for those with two', async () => {
    const { reasons } = imported((await generated(2000, 0.05, 7)).sheet);
    const kinds = new Set(
      reasons.flat().map((reason) =>
        reason
          .replace(/[\d":T.ZNA#/-]+/g, '')
          .split(' ')
          .slice(0, 5)
          .join(' '),
      ),
    );
    expect(kinds.size).toBeGreaterThanOrEqual(15);
    expect(reasons.filter((many) => many.length > 1).length).toBeLessThan(reasons.length / 10);
  });

  it('is the same for the same seed and time, and another for another seed', async () => {
    const first = await generated(300, 0.1, 5);
    const again = await generated(300, 0.1, 5);
    const other = await generated(300, 0.1, 6);
    expect(again.sheet).toEqual(first.sheet);
    expect(other.sheet).not.toEqual(first.sheet);
  });

  it('looks like the history of a desk', async () => {
    const { logs } = imported((await generated(4000, 0)).sheet);
    const share = (of: readonly ImportedLog[], when: (log: ImportedLog) => boolean) =>
      of.filter(when).length / of.length;
    const minutes = (log: ImportedLog) => ((log.resolvedAt ?? NOW).getTime() - log.createdAt.getTime()) / 60_000;
    const late = (log: ImportedLog) => minutes(log) > (log.clientType === 'VIP' ? 120 : 1440);
    const average = (of: readonly ImportedLog[]) => of.reduce((sum, log) => sum + minutes(log), 0) / of.length;
    const vip = logs.filter(({ clientType }) => clientType === 'VIP');
    const normal = logs.filter(({ clientType }) => clientType === 'NORMAL');
    const tiers = new Map(logs.map(({ clientName, clientType }) => [clientName, clientType]));

    expect(new Set(logs.map(({ agent }) => agent).filter(Boolean)).size).toBe(25);
    expect(tiers.size).toBeGreaterThan(110);
    expect(logs.every(({ clientName, clientType }) => tiers.get(clientName) === clientType)).toBe(true);
    expect(logs.every((log) => log.createdAt <= NOW && (log.resolvedAt ?? NOW) <= NOW)).toBe(true);
    expect((logs[0]?.createdAt ?? NOW).getTime()).toBeLessThan(new Date('2025-06-10').getTime());
    expect(logs.slice(-20).some(({ resolvedAt }) => resolvedAt === null)).toBe(true);
    expect(share(logs, ({ resolvedAt }) => resolvedAt !== null)).toBeGreaterThan(0.98);
    expect(share(logs, ({ createdAt }) => createdAt.getUTCDay() % 6 === 0)).toBeLessThan(0.1);
    expect(average(vip) * 3).toBeLessThan(average(normal));
    expect(share(logs, late)).toBeGreaterThan(0.03);
    expect(share(logs, late)).toBeLessThan(0.25);
    expect(share(logs.filter(late), ({ escalationLevel }) => escalationLevel > 0)).toBeGreaterThan(0.7);
    expect(
      share(
        logs.filter((log) => !late(log)),
        ({ escalationLevel }) => escalationLevel > 0,
      ),
    ).toBeLessThan(0.1);
  });
});

describe('the command', () => {
  const run = promisify(execFile);
  const generate = (...args: string[]) =>
    run(process.execPath, ['--import', 'tsx', 'src/interfaces/cli/generate-excel.ts', ...args]);

  it('writes the workbook and says so', async () => {
    const out = scratch.path('by command.xlsx');
    const { stdout } = await generate('--rows', '50', '--bad', '0.1', '--seed', '9', '--out', out);
    expect(stdout).toBe(`Wrote ${out}: 50 rows, 5 of them with a mistake.\n`);
    expect((await readSheet(reader, out)).rows).toHaveLength(50);
  });

  it.each([
    [['--rows', 'many'], '--rows must be a whole number from 1 to 1048575, not "many".\n'],
    [['--bad', '1.5'], '--bad must be a number from 0 to 1, not "1.5".\n'],
    [['--colour'], /^Unknown option '--colour'/],
    [['--rows', '2', '--out', '/nowhere/at/all.xlsx'], /no such file or directory/],
  ])('says what is wrong with %j, and exits with 1', async (args, message) => {
    const failure = await generate(...args).catch((error) => error);
    expect(failure.code).toBe(1);
    expect(failure.stderr).toMatch(message);
    expect(failure.stderr.trim().split('\n')).toHaveLength(1);
  });
});
