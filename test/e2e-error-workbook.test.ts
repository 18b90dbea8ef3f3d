import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { type ImportCalls, importCalls, type Process } from './support/import-calls.ts';
import { goodRow, HEADERS } from './support/import-pipeline.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { type Person, startTestServer, type TestServer } from './support/server.ts';
import { readBytes, type Scratch, scratchFolder } from './support/sheets.ts';

const URL_OF = 'query ($id: ID!) { importProcess(id: $id) { errorWorkbookUrl } }';
const REPORTS = `{ reports {
  averageResolution { tier tickets averageMinutes medianMinutes p90Minutes }
  escalatedPerMonth { month tier escalated total }
  topAgents(limit: 5) { agent resolved averageMinutes breached slaMetPercent }
  weeklyStatus(weeks: 20) { week opened resolved closed escalated breached backlog } } }`;

const PUBLIC_URL = 'https://desk.example.com/support';

describe('an error workbook, in Postgres', () => errorWorkbookSuite(async () => ({})));

describe.skipIf(mongoMissing)(`an error workbook, in MongoDB${mongoNote}`, () => {
  let mongo: TestMongo;
  afterAll(() => mongo.drop());
  errorWorkbookSuite(async () => {
    mongo = await createTestMongo();
    return { MONGO_URI: mongo.uri, PUBLIC_URL };
  });
});

const ROWS = 40;
const COLUMNS = [...HEADERS.slice(0, -1), 'Überflüssig', 'escalationLevel', 'title'];
/** Rows as they ought to be, with a column that means nothing here and texts that are not what they seem. */
const RIGHT: readonly (readonly CellValue[])[] = Array.from({ length: ROWS }, (_, index) => {
  const [id, client, tier, status, created, resolved, escalation] = goodRow(`0${100 + index}`) as CellValue[];
  const dates = index % 2 ? [created, resolved] : [new Date(String(created)), new Date(String(resolved))];
  const title = ['=cmd|calc', '+49 30 1234', '-', '@home', 'a & <b>', '印刷機 😀', null][index % 7] ?? null;
  return [id ?? null, client, tier, status, ...dates, index % 3 === 0, escalation, title].map((cell) => cell ?? null);
});
/** By index of the row: which cell is wrong, and what is in it. */
const WRONG: ReadonlyMap<number, readonly [number, CellValue]> = new Map([
  [3, [2, '=VIP']],
  [4, [4, 45_000.5]],
  [7, [0, null]],
  [12, [5, '2026-03-01 10:00']],
  [13, [3, { error: '#N/A' }]],
  [20, [0, '0119']],
  [39, [7, -1]],
]);

async function workbookOf(rows: readonly (readonly CellValue[])[]): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('Tickets');
  sheet.addRow(COLUMNS);
  for (const [index, row] of rows.entries()) {
    for (const [column, value] of row.entries()) enter(sheet.getCell(index + 2, column + 1), value);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** As in Excel, where a date that is typed makes its cell a date cell. */
function enter(cell: ExcelJS.Cell, value: CellValue): void {
  cell.value = value as ExcelJS.CellValue;
  if (value instanceof Date) cell.numFmt = 'dd/mm/yyyy hh:mm';
}

/** The workbook with cells changed, as a person does it: by row of the sheet and header. */
async function corrected(bytes: Buffer, change: (row: number, cellUnder: (header: string) => ExcelJS.Cell) => void) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(bytes).buffer);
  const [sheet] = book.worksheets;
  if (!sheet) throw new Error('no sheet');
  const headers = (sheet.getRow(1).values as string[]).slice(1);
  for (let row = 2; row <= sheet.rowCount; row += 1) {
    change(row, (header) => sheet.getCell(row, headers.indexOf(header) + 1));
  }
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** Puts right what is wrong with the row of this index. */
function correct(index: number, cellUnder: (header: string) => ExcelJS.Cell): void {
  const [column = -1] = WRONG.get(index) ?? [];
  enter(cellUnder(COLUMNS[column] ?? 'none'), RIGHT[index]?.[column] ?? null);
}

/** The same tests of the whole server, whatever the variables of `env` say. */
function errorWorkbookSuite(env: () => Promise<Readonly<Record<string, string>>>): void {
  let server: TestServer;
  let lead: Person;
  let imports: ImportCalls;
  let scratch: Scratch;
  let base: string;
  let ended: Process;
  let workbook: Buffer;

  const urlOf = async (id: string) =>
    (await lead.ask<{ importProcess: { errorWorkbookUrl: string | null } }>(URL_OF, { id })).importProcess
      .errorWorkbookUrl;
  const fetched = async (id: string) => {
    const url = (await urlOf(id)) ?? '';
    expect(url.startsWith(`${base}/imports/${id}/errors.xlsx?`)).toBe(true);
    const response = await fetch(url.replace(base, server.base));
    expect(response.status).toBe(200);
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const imported = async (bytes: Buffer, name: string) => imports.lastState((await imports.upload(bytes, name)).id);

  beforeAll(async () => {
    const variables = await env();
    server = await startTestServer({ env: { IMPORT_CHUNK_ROWS: '7', ...variables } });
    base = variables.PUBLIC_URL ?? server.base;
    lead = await server.person('SUPERVISOR');
    imports = importCalls(lead);
    scratch = await scratchFolder();
  });
  afterAll(async () => {
    await scratch.clean();
    await server[Symbol.asyncDispose]();
  });

  it('is linked once the import has ended with rejected rows, whoever shows the import', async () => {
    const rows = RIGHT.map((row, index) => {
      const [column, cell] = WRONG.get(index) ?? [-1, null];
      return row.map((value, at) => (at === column ? cell : value));
    });
    const began = await imports.upload(await workbookOf(rows), 'Größe.xlsx');
    const progress = 'subscription ($id: ID!) { importProgress(id: $id) { status errorWorkbookUrl } }';
    const feed = lead.subscribe<{ importProgress: { status: string; errorWorkbookUrl: string | null } }>(progress, {
      id: began.id,
    });
    expect(await feed.ended).toEqual({ kind: 'complete' });
    const states = feed.waiting.map(({ importProgress }) => importProgress);
    await feed.stop();
    for (const { status, errorWorkbookUrl } of states) {
      expect(errorWorkbookUrl).toEqual(
        status === 'COMPLETED_WITH_ERRORS' ? expect.stringContaining(`${base}/imports/`) : null,
      );
    }
    ended = await imports.lastState(began.id);
    expect(ended).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      failedRows: WRONG.size,
      succeededRows: ROWS - WRONG.size,
    });
    const everywhere = `query ($id: ID!) { node(id: $id) { ... on ImportProcess { errorWorkbookUrl } }
      importProcesses { nodes { errorWorkbookUrl } } reports { lastProcesses { errorWorkbookUrl } } }`;
    const linked = { errorWorkbookUrl: expect.stringContaining('&signature=') };
    expect(await lead.ask(everywhere, { id: ended.id })).toEqual({
      node: linked,
      importProcesses: { nodes: [linked] },
      reports: { lastProcesses: [linked] },
    });
  });

  it('holds the rejected rows as they came, each with its number and its reasons', async () => {
    const { response, bytes } = await fetched(ended.id);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="Gr__e-errors.xlsx"; filename*=UTF-8''Gr%C3%B6%C3%9Fe-errors.xlsx`,
    );
    workbook = bytes;
    const letters = new Map((await imports.letters(ended.id)).map((letter) => [letter.rowNumber, letter]));
    const { headers, rows } = await readBytes(scratch, bytes);
    expect(headers).toEqual([...COLUMNS, 'row', 'reason']);
    expect(rows.map(({ values }) => values)).toEqual(
      [...WRONG].map(([index, [column, cell]]) => [
        ...(RIGHT[index] ?? []).map((value, at) => (at === column ? cell : value)),
        index + 2,
        letters.get(index + 2)?.reasons.join('\n'),
      ]),
    );
  });

  it('is given to nobody without its link', async () => {
    const url = new URL(((await urlOf(ended.id)) ?? '').replace(base, server.base));
    const statusOf = async (change: (url: URL) => void) => {
      const changed = new URL(url);
      change(changed);
      const response = await fetch(changed);
      const { error } = (await response.json()) as { error: { code: string } };
      return [response.status, error.code];
    };
    expect(await statusOf(({ searchParams }) => searchParams.set('signature', 'x'))).toEqual([403, 'FORBIDDEN']);
    expect(await statusOf(({ searchParams }) => searchParams.set('expires', '99999999999'))).toEqual([
      403,
      'FORBIDDEN',
    ]);
    expect(await statusOf((changed) => (changed.search = ''))).toEqual([403, 'FORBIDDEN']);
    const agent = await server.person('AGENT');
    expect(await agent.send(URL_OF, { id: ended.id })).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('can be corrected in part and uploaded again, and what is still wrong comes back in the same form', async () => {
    const half = await corrected(workbook, (row, cellUnder) => {
      if (row % 2 === 1) correct(Number(cellUnder('row').value) - 2, cellUnder);
    });
    const again = await imported(half, 'Größe-errors.xlsx');
    expect(again).toMatchObject({ status: 'COMPLETED_WITH_ERRORS', totalRows: 7, succeededRows: 3, failedRows: 4 });
    const { response, bytes } = await fetched(again.id);
    expect(response.headers.get('content-disposition')).toContain(`''Gr%C3%B6%C3%9Fe-errors.xlsx`);
    const { headers, rows } = await readBytes(scratch, bytes);
    expect(headers).toEqual([...COLUMNS, 'row', 'reason']);
    expect(rows.map(({ values }) => values[COLUMNS.length])).toEqual([2, 4, 6, 8]);
    workbook = bytes;
  });

  it('leaves nothing when the rest is corrected: logs and reports are as if the file had been right', async () => {
    const rest = [...WRONG].filter((_, at) => at % 2 === 0);
    const whole = await corrected(workbook, (row, cellUnder) => correct(rest[row - 2]?.[0] ?? -1, cellUnder));
    const last = await imported(whole, 'Größe-errors.xlsx');
    expect(last).toMatchObject({ status: 'COMPLETED', totalRows: 4, succeededRows: 4, failedRows: 0 });
    expect(await urlOf(last.id)).toBeNull();
    const reports = await lead.ask(REPORTS);
    // Each row of the file that was right from the start replaces the same row, if that is in: nothing moves.
    const right = await imported(await workbookOf(RIGHT), 'right.xlsx');
    expect(right).toMatchObject({ status: 'COMPLETED', succeededRows: ROWS });
    expect(await lead.ask(REPORTS)).toEqual(reports);
    expect(reports).toMatchObject({
      reports: { averageResolution: [{ tickets: ROWS }, { tickets: 0 }, { tickets: ROWS }] },
    });
  });

  it('is gone with its dead letters', async () => {
    const url = ((await urlOf(ended.id)) ?? '').replace(base, server.base);
    await lead.ask('mutation ($id: ID!) { discardDeadLetters(importId: $id) }', { id: ended.id });
    const response = await fetch(url);
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
  });

  it('fails for no reason that nobody foresaw', () => {
    expect(server.log).toEqual([]);
  });
}
