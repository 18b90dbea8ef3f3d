import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoded } from './support/csv.ts';
import { type ImportCalls, importCalls } from './support/import-calls.ts';
import { type Person, startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
let lead: Person;
let imports: ImportCalls;
beforeAll(async () => {
  server = await startTestServer({ env: { IMPORT_CHUNK_ROWS: '2' } });
  lead = await server.person('SUPERVISOR');
  imports = importCalls(lead);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.log, 'nothing failed for a reason that nobody foresaw').toEqual([]);
});

const HEADER = 'Ticket-ID;Kunde;Client;Tier;Status;Created;Resolved;Agent;Priority;Title';

describe('a CSV file', () => {
  it('goes in row by row, as Excel saves it in a country of semicolons', async () => {
    const text = [
      'sep=;',
      HEADER,
      '00123;x;"Müller; Söhne";vip;open;2026-03-01T09:30:00+01:00;;;1;"says ""no paper"""',
      ';;;;;;;;;',
      'B-2;;漢字;Normal;closed;2026-03-02T00:00:00Z;2026-03-02T01:00:00Z;Ada@Example.com',
      'B-3;;C;VIP;OPEN;2026-03-01 09:30;;;1;two\r\nlines',
      '"B-4";;C;VIP;OPEN;2026-03-01T09:30:00Z;;;2;unquoted; separator',
      'B-2;;C;VIP;OPEN;2026-03-01T09:30:00Z;;;;again',
      '',
    ].join('\r\n');
    const quoted = text.replace('two\r\nlines', '"two\r\nlines"');
    const { id } = await imports.upload(encoded(quoted, 'UTF-16LE'), 'export.csv');
    expect(await imports.lastState(id)).toMatchObject({
      filename: 'export.csv',
      status: 'COMPLETED_WITH_ERRORS',
      totalRows: 5,
      succeededRows: 2,
      failedRows: 3,
    });
    const logs = await server.sql(
      `SELECT external_id, client_name, client_type, status, created_at, resolved_at, agent, priority, title
         FROM ticket_logs WHERE external_id IN ('00123', 'B-2', 'B-3', 'B-4') ORDER BY external_id`,
    );
    expect(logs).toEqual([
      expect.objectContaining({ external_id: '00123', client_name: 'Müller; Söhne', title: 'says "no paper"' }),
      expect.objectContaining({ external_id: 'B-2', client_name: '漢字', status: 'CLOSED', agent: 'ada@example.com' }),
    ]);
    expect(logs.map((log) => new Date(String(log.created_at)).toISOString())).toEqual([
      '2026-03-01T08:30:00.000Z',
      '2026-03-02T00:00:00.000Z',
    ]);
    const letters = await imports.letters(id);
    expect(letters.map(({ rowNumber, reasons }) => [rowNumber, reasons])).toEqual([
      [6, [expect.stringContaining('createdAt "2026-03-01 09:30" is a text without a time zone')]],
      [8, ['The row has 11 cells but the header row 10; a cell with a separator in it must be in quotes.']],
      [9, ['externalId repeats that of row 5; the earliest row of a file wins.']],
    ]);
    expect(letters[1]?.values.slice(-2)).toEqual(['unquoted', ' separator']);
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'in Windows-1252',
      Buffer.from(`${HEADER}\r\n1;;M\xfcller`, 'latin1'),
      new RegExp(`on line 2, at byte offset ${HEADER.length + 6}, the byte 0xFC is not UTF-8.*save it as "CSV UTF-8`),
    ],
    ['with a quote that never closes', Buffer.from(`${HEADER}\n"1;;x\n2;;y\n`), /quote that opens a cell on line 2/],
    ['without a required column', Buffer.from('id,client,tier,status\n1,a,VIP,OPEN\n'), /column createdAt is missing/],
    ['without rows', Buffer.from(`${HEADER}\n\n;;\n`), /no rows/],
    ['that is a web page', Buffer.from('<html><body><table>'), /web page/],
  ])('%s fails whole, with a sentence that says why', async (_, bytes, error) => {
    const { id } = await imports.upload(bytes, 'export.csv');
    const last = await imports.lastState(id);
    expect(last).toMatchObject({ status: 'FAILED', succeededRows: 0, error: expect.stringMatching(error) });
  });

  it('at fault in its last line leaves no row behind', async () => {
    const rows = Array.from({ length: 50 }, (_, at) => `late-${at};;C;VIP;OPEN;2026-03-01T09:30:00Z;;;;t`);
    const { id } = await imports.upload(Buffer.from(`${HEADER}\n${rows.join('\n')}\n"end`), 'late.csv');
    expect(await imports.lastState(id)).toMatchObject({ status: 'FAILED', error: expect.stringContaining('line 52') });
    expect(await server.sql("SELECT id FROM ticket_logs WHERE external_id LIKE 'late-%'")).toEqual([]);
  });
});
