import { afterEach, beforeEach, expect, it } from 'vitest';
import { ignoredHeaders } from '../src/domain/import-columns.ts';
import { createImportPipeline, goodRow, HEADERS, type ImportPipeline, workbook } from './support/import-pipeline.ts';
import { describeOnEachStore } from './support/import-stores.ts';
import { eventually } from './support/server.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `T-${index + 1}`);

describeOnEachStore('an import', (open) => {
  let pipeline: ImportPipeline;
  beforeEach(async () => {
    pipeline = await createImportPipeline({ open });
  });
  afterEach(() => pipeline.close());

  it('brings good rows in and keeps bad ones as dead letters with every reason', async () => {
    const rows = [
      ...ids(23).map((id) => goodRow(id)),
      goodRow('bad', { 2: 'GOLD', 3: 'DONE' }),
      [],
      goodRow('late', { 5: '2026-04-30T11:00:00Z', 6: 2 }),
    ];
    const { id } = await pipeline.upload(await workbook(rows, [...HEADERS.slice(0, 6), 'escalation']));
    const done = await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect(done).toMatchObject({ totalRows: 25, succeededRows: 24, failedRows: 1, retriedRows: 0, error: null });
    expect(pipeline.refreshed).not.toHaveLength(0);

    const [letter, ...others] = await pipeline.letters(id);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ rowNumber: 25, attempts: 1, importId: id });
    expect(letter?.headers.slice(0, 2)).toEqual(['externalId', 'clientName']);
    expect(letter?.cells.slice(0, 4)).toEqual(['bad', 'Åbrü 株式会社', 'GOLD', 'DONE']);
    expect(letter?.reasons).toHaveLength(2);

    const [late, ...clean] = (await pipeline.logs()).filter((log) => log.breached);
    expect(clean).toEqual([]);
    expect(late).toMatchObject({ externalId: 'late', clientName: 'Åbrü 株式会社', escalationLevel: 2, rowNumber: 27 });
    expect(late?.breachedAt).toEqual(late?.createdAt);
    expect(late?.escalatedAt).toEqual(late?.createdAt);
    expect(await pipeline.pieces()).toBe(0);
  });

  it('is one process for the same bytes, also when they come twice at the same time', async () => {
    const bytes = await workbook(ids(30).map((id) => goodRow(id)));
    const [a, b] = await Promise.all([pipeline.upload(bytes), pipeline.upload(bytes, 'copy.xlsx')]);
    expect(a.id).toBe(b.id);
    await pipeline.reaches(a.id, 'COMPLETED');
    expect((await pipeline.upload(bytes)).id).toBe(a.id);
    expect((await pipeline.listImports(pipeline.admin, { first: 5, after: null })).items).toHaveLength(1);
    expect(await pipeline.pieces()).toBe(0);
  });

  it('of a repeated external id keeps the earliest row and names it in the others', async () => {
    const rows = [goodRow('A', { 1: 'first' }), ...ids(20).map((id) => goodRow(id)), goodRow('A', { 1: 'second' })];
    const { id } = await pipeline.upload(await workbook(rows));
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    const [log] = await pipeline.logs();
    expect(log).toMatchObject({ externalId: 'A', clientName: 'first' });
    expect((await pipeline.letters(id)).map(({ rowNumber, reasons }) => ({ rowNumber, reasons }))).toEqual([
      { rowNumber: 23, reasons: ['externalId repeats that of row 2; the earliest row of a file wins.'] },
    ]);

    const again = await pipeline.retryDeadLetters(pipeline.admin, id, null);
    expect(again.status).toBe('RUNNING');
    await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS');
    expect((await pipeline.letters(id))[0]).toMatchObject({ attempts: 2, reasons: [expect.stringContaining('row 2')] });
  });

  it('updates the logs of an earlier file by external id and marks the days of both versions', async () => {
    const first = await pipeline.upload(await workbook([goodRow('A', { 4: '2026-01-05T10:00:00Z' }), goodRow('B')]));
    await pipeline.reaches(first.id, 'COMPLETED');
    await pipeline.clearDays();
    const second = await pipeline.upload(
      await workbook([goodRow('A', { 4: '2026-02-07T23:59:59Z', 5: '2026-02-08T00:00:00Z' }), goodRow('C')]),
    );
    await pipeline.reaches(second.id, 'COMPLETED');
    expect(await pipeline.logs()).toHaveLength(3);
    expect(await pipeline.days()).toEqual(expect.arrayContaining(['2026-01-05', '2026-02-07', '2026-02-08']));
  });

  it('fails as a whole, saying why, for what is no workbook, lacks a column, or has no rows', async () => {
    const cases: [Buffer, RegExp][] = [
      [Buffer.from('hello'), /./],
      [Buffer.alloc(0), /./],
      [await workbook([['x']], ['externalId']), /clientName, clientType, status and createdAt are missing/],
      [await workbook([]), /no rows/],
    ];
    for (const [bytes, reason] of cases) {
      const { id } = await pipeline.upload(bytes);
      const failed = await pipeline.reaches(id, 'FAILED');
      expect(failed.error).toMatch(reason);
      expect((await pipeline.upload(bytes)).id).not.toBe(id);
    }
  });

  it('names the columns that it ignored', async () => {
    const { id } = await pipeline.upload(await workbook([[...goodRow('A'), 'x', 'y']], [...HEADERS, 'Colour', 'Mood']));
    const done = await pipeline.reaches(id, 'COMPLETED');
    expect(ignoredHeaders(done.headers ?? [], done.fields ?? [])).toEqual(['Colour', 'Mood']);
  });

  it('is refused above the size limit, keeping nothing', async () => {
    const small = await createImportPipeline({ open, maxBytes: 1000 });
    try {
      await expect(small.upload(Buffer.alloc(1001), 'big.xlsx', 100)).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
        details: { max: 1000 },
      });
      expect(await small.pieces()).toBe(0);
      expect((await small.listImports(small.admin, { first: 1, after: null })).items).toEqual([]);
    } finally {
      await small.close();
    }
  });

  it('is not made when the upload breaks off', async () => {
    async function* content() {
      yield Buffer.alloc(700_000);
      throw new Error('the client went away');
    }
    const upload = pipeline.importTickets(pipeline.admin, { filename: 'x', content: content() });
    await expect(upload).rejects.toThrow('the client went away');
    expect(await pipeline.pieces()).toBe(0);
  });

  it('is forbidden for agents', async () => {
    async function* content() {
      yield Buffer.alloc(1);
    }
    const upload = pipeline.importTickets(pipeline.agent, { filename: 'x', content: content() });
    await expect(upload).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('logs progress at most five times a second and always at the end', async () => {
    const { id } = await pipeline.upload(await workbook(ids(400).map((key) => goodRow(key))));
    await pipeline.reaches(id, 'COMPLETED');
    // The event follows the change, in MongoDB a moment later.
    const events = await eventually(
      () =>
        pipeline.rows<{ from: string | null; to: string; occurred_at: Date }>(
          `SELECT "from", "to", occurred_at FROM event_log WHERE subject_id = '${id}' ORDER BY position`,
        ),
      (found) => found.some((event) => event.to === 'COMPLETED'),
    );
    const running = events.filter((event) => event.from === null).map((event) => event.occurred_at.getTime());
    for (const [index, time] of running.entries())
      if (index > 0) expect(time - (running[index - 1] ?? 0)).toBeGreaterThanOrEqual(199);
  });

  it('is listed newest first, page by page', async () => {
    const made: string[] = [];
    for (const key of ['A', 'B', 'C']) made.unshift((await pipeline.upload(await workbook([goodRow(key)]))).id);
    const first = await pipeline.listImports(pipeline.admin, { first: 2, after: null });
    const after = first.items.at(-1)?.cursor ?? '';
    const second = await pipeline.listImports(pipeline.admin, { first: 2, after });
    expect([...first.items, ...second.items].map((item) => item.node.id)).toEqual(made);
    expect([first.hasNextPage, second.hasNextPage, second.hasPreviousPage]).toEqual([true, false, true]);
    expect(await first.totalCount()).toBe(3);
    for (const importId of made) await pipeline.reaches(importId, 'COMPLETED');
  });
});
