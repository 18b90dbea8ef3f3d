import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyWorkbook, type ImportCalls, importCalls, UPLOAD } from './support/import-calls.ts';
import { goodRow, HEADERS, workbook } from './support/import-pipeline.ts';
import { type Person, startTestServer, type TestServer } from './support/server.ts';

const MAX_BYTES = 2_000_000;

let server: TestServer;
let lead: Person;
let imports: ImportCalls;
let bytes: Buffer;
beforeAll(async () => {
  server = await startTestServer({ env: { IMPORT_MAX_BYTES: String(MAX_BYTES), IMPORT_CHUNK_ROWS: '100' } });
  lead = await server.person('SUPERVISOR');
  imports = importCalls(lead);
  bytes = await historyWorkbook(1_500, 60);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  expect(server.log, 'nothing failed for a reason that nobody foresaw').toEqual([]);
});

describe('an upload', () => {
  it('is updated row by row when a corrected file brings the same ids', async () => {
    const logs = async () => (await server.sql('SELECT id FROM ticket_logs')).length;
    const first = await imports.upload(await workbook([goodRow('X1'), goodRow('X2', { 2: 'gold' })]), 'first.xlsx');
    expect(await imports.lastState(first.id)).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      succeededRows: 1,
      failedRows: 1,
    });
    const between = await logs();
    const corrected = await imports.upload(await workbook([goodRow('X1', { 6: 2 }), goodRow('X2')]), 'second.xlsx');
    expect(await imports.lastState(corrected.id)).toMatchObject({
      status: 'COMPLETED',
      succeededRows: 2,
      failedRows: 0,
    });
    expect(await logs()).toBe(between + 1);
  });

  it.each([
    ['no workbook', async () => Buffer.from('Dear all, please find attached')],
    ['an empty file', async () => Buffer.alloc(0)],
    ['a workbook cut short', async () => bytes.subarray(0, bytes.length / 2)],
    ['no rows under the header', () => workbook([])],
    ['no column of ids', () => workbook([goodRow('A')], ['name', ...HEADERS.slice(1)])],
  ])('of %s fails whole, with a sentence that says why', async (_, make) => {
    const process = await imports.upload(await make());
    const last = await imports.lastState(process.id);
    expect(last).toMatchObject({ status: 'FAILED', succeededRows: 0, error: expect.stringMatching(/^[A-Z].+\.$/s) });
    // A failed one does not stand in the way of the same bytes.
    expect((await imports.upload(await make())).id).not.toBe(process.id);
  });

  it('above the limit is PAYLOAD_TOO_LARGE, and there is no import of it', async () => {
    const count = async () => (await server.sql('SELECT id FROM import_processes')).length;
    const before = await count();
    const answer = await lead.upload(UPLOAD, { bytes: new Uint8Array(MAX_BYTES + 1), name: 'big.xlsx' });
    expect(answer.status).toBe(413);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', max: MAX_BYTES });
    expect(await count()).toBe(before);
  });

  it('without apollo-require-preflight is refused whole', async () => {
    const answer = await lead.upload(UPLOAD, { bytes, name: 'tickets.xlsx' }, {});
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions?.code).toBe('VALIDATION_FAILED');
  });
});
