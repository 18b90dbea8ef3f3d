import { afterAll, beforeAll, expect, it } from 'vitest';
import { openErrorWorkbook } from '../src/application/import/open-error-workbook.ts';
import { cancelled, completed, retrying } from '../src/domain/import-process.ts';
import { signedErrorWorkbookLinks } from '../src/infrastructure/auth/error-workbook-links.ts';
import { ThreadedWorkbookWriter } from '../src/infrastructure/excel/threaded-workbook-writer.ts';
import { AT, judge, runningImport, writeChunk } from './support/chunk-verdicts.ts';
import { describeOnEachStore, type StorePlace } from './support/import-stores.ts';
import { readBytes, type Scratch, scratchFolder } from './support/sheets.ts';

const UNKNOWN = '01890000-0000-7000-8000-000000000001';
const bad = (from: number, count: number) => Array.from({ length: count }, (_, index) => `!bad ${from + index}`);

describeOnEachStore('an error workbook', (openPlace) => {
  let place: StorePlace;
  let scratch: Scratch;
  const links = signedErrorWorkbookLinks('a secret of the tests');
  const open = (importId: string, link = links.create(importId, AT)) => {
    const { imports, deadLetters } = place.stores;
    const clock = { now: () => AT };
    return openErrorWorkbook({ imports, deadLetters, links, clock, writer: new ThreadedWorkbookWriter() })(link);
  };
  /** Its rows, as [row in the file, cell, reason]. */
  const rowsOf = async (importId: string) => {
    const pieces: Uint8Array[] = [];
    const { content } = await open(importId);
    for await (const piece of content(new AbortController().signal)) pieces.push(piece);
    const { headers, rows } = await readBytes(scratch, Buffer.concat(pieces));
    expect(headers).toEqual(['id', 'row', 'reason']);
    return rows.map(({ values: [cell, row, reason] }) => [row, cell, reason]);
  };
  const lettersOf = async (importId: string) =>
    (await place.stores.deadLetters.list({ importId, first: 100, after: null })).items.map(({ node }) => node.id);

  beforeAll(async () => {
    [place, scratch] = [await openPlace(), await scratchFolder()];
  });
  afterAll(async () => {
    await scratch.clean();
    await place.close();
  });

  it('has every rejected row in the order of the file, also when there are several pages of them', async () => {
    const { id } = await runningImport(place.stores, [bad(2, 400), ['good', ...bad(403, 299)]]);
    // The later rows died first.
    for (const seq of [1, 0]) await writeChunk(place.stores, id, seq);
    await place.stores.imports.finish(id, AT, (process) => completed(process, AT));
    const rows = await rowsOf(id);
    const numbers = [...Array(400).keys(), ...Array(299).keys()].map((index, at) =>
      at < 400 ? index + 2 : index + 403,
    );
    expect(rows).toEqual(numbers.map((row) => [row, `!bad ${row}`, `bad ${row}`]));
  });

  it('shows the dead letters as they are: of a cancelled import, then some discarded, then some tried again', async () => {
    const { imports, deadLetters } = place.stores;
    const { id } = await runningImport(place.stores, [bad(2, 4), bad(6, 4)]);
    await writeChunk(place.stores, id, 0);
    await imports.change(id, AT, (process) => cancelled(process, AT));
    expect((await rowsOf(id)).map(([row]) => row)).toEqual([2, 3, 4, 5]);
    const [first = '', second = ''] = await lettersOf(id);
    await deadLetters.discard(id, [first, second]);
    expect((await rowsOf(id)).map(([row]) => row)).toEqual([4, 5]);

    const other = (await runningImport(place.stores, [bad(2, 2)])).id;
    await writeChunk(place.stores, other, 0);
    await imports.finish(other, AT, (process) => completed(process, AT));
    const [retried = ''] = await lettersOf(other);
    await deadLetters.release(other, [retried], AT, (process) => retrying(process, AT));
    expect((await rowsOf(other)).map(([row]) => row)).toEqual([3]);
    await deadLetters.discard(other, null);
    await expect(open(other)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('tried again'),
    });
    await place.stores.writer.tryRow(retried, judge, { trials: 3, now: AT });
    await imports.finish(other, AT, (process) => completed(process, AT));
    await deadLetters.discard(other, null);
    await expect(open(other)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('no dead letters left'),
    });
  });

  it('is opened by its own link alone, while that holds, and only when there is such an import', async () => {
    const { id } = await runningImport(place.stores, [bad(2, 1)]);
    await writeChunk(place.stores, id, 0);
    const link = links.create(UNKNOWN, AT);
    await expect(open(id, link)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(open(id, { ...link, importId: id })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(open(id, links.create(id, new Date(AT.getTime() - 16 * 60_000)))).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: "This link has expired: ask for the import's errorWorkbookUrl again.",
    });
    expect(await open(id)).toMatchObject({ filename: 'tickets-errors.xlsx' });
  });
});
