import { describe, expect, it } from 'vitest';
import { ApiError, unreachable } from '../api/problem.ts';
import {
  blamedFields,
  type Choice,
  choicesOf,
  mappingOf,
  mappingOfCorrection,
  namingHeaders,
  problemsOf,
  shownColumns,
} from './columns.ts';
import {
  type Counted,
  newerOf,
  outcomeWords,
  paceAfter,
  paceWords,
  renewed,
  sharesOf,
  sizeWords,
  tookWords,
} from './import-model.ts';
import { type SendFile, Uploads } from './uploads.ts';

const plain: Choice[] = choicesOf(
  ['externalId', 'Client Name', 'client_type', 'STATUS', 'created-at'].map((header, index) => ({
    header,
    field: ['externalId', 'clientName', 'clientType', 'status', 'createdAt'][index] ?? null,
  })),
);

describe('the columns of a file', () => {
  it('need the five fields, each once', () => {
    expect(problemsOf(plain)).toEqual({ missing: [], doubled: [] });
    const wrong = [...plain.slice(1), { header: 'Stand', field: 'status' }, { header: 'X', field: null }] as Choice[];
    expect(problemsOf(wrong)).toEqual({ missing: ['externalId'], doubled: ['status'] });
  });

  it('can be named unless their header is blank or there twice', () => {
    const choices = choicesOf(['a', ' ', 'b', 'b '].map((header) => ({ header, field: null })));
    expect([...namingHeaders(choices)]).toEqual(['a']);
    expect(mappingOf(choices)).toEqual([{ header: 'a', field: 'ignore' }]);
  });

  it('that are used are named first, at most 200 of them', () => {
    const wide = Array.from(
      { length: 300 },
      (_, n): Choice => ({ header: `c${n}`, field: n === 299 ? 'title' : null }),
    );
    const mapping = mappingOf(wide);
    expect(mapping).toHaveLength(200);
    expect(mapping[0]).toEqual({ header: 'c299', field: 'title' });
    expect(shownColumns(wide, 300, 2)).toEqual([0, 1, 299]);
  });

  it('of a correction are read as those of its file, of which its own two are none', () => {
    expect(mappingOfCorrection(plain)).toBeNull();
    const foreign = [...plain.slice(1), { header: 'Vorgang', field: 'externalId' }, { header: 'reason', field: null }];
    expect(mappingOfCorrection(foreign as Choice[])).toContainEqual({ header: 'Vorgang', field: 'externalId' });
    expect(JSON.stringify(mappingOfCorrection(foreign as Choice[]))).not.toContain('reason');
  });

  it('that a row was left out for are named by its reasons', () => {
    const reasons = ['clientType is "GOLD"; it must be VIP or NORMAL.', 'status is empty.', 'The row has 9 cells.'];
    expect([...blamedFields(reasons)]).toEqual(['clientType', 'status']);
  });
});

const counted = (parts: Partial<Counted>): Counted => ({
  status: 'RUNNING',
  dryRun: false,
  totalRows: 200,
  processedRows: 50,
  succeededRows: 45,
  failedRows: 5,
  error: null,
  ...parts,
});

describe('an import', () => {
  it('fills its bar with what is in and what was left out', () => {
    expect(sharesOf(counted({}))).toEqual({ succeeded: 22.5, failed: 2.5 });
    expect(sharesOf(counted({ totalRows: null }))).toBeNull();
  });

  it.each([
    [{ status: 'COMPLETED', succeededRows: 200 }, 'All 200 rows are in.'],
    [{ status: 'COMPLETED_WITH_ERRORS', succeededRows: 195 }, '195 of 200 rows are in, 5 are not.'],
    [{ status: 'COMPLETED', dryRun: true, succeededRows: 1 }, 'The only row can be imported. Nothing was stored.'],
    [{ status: 'CANCELLED' }, 'Stopped after 50 of 200 rows. What is in stays in.'],
  ] as const)('%# says what has become of it', (parts, words) => {
    expect(outcomeWords(counted(parts))).toBe(words);
  });

  it('says how fast it is, how large and how long it took', () => {
    expect([3.25, 1_234.5].map(paceWords)).toEqual(['3.3', (1_235).toLocaleString()]);
    expect([7, 3_250, 104_857_600].map(sizeWords)).toEqual(['7 B', '3.3 kB', '105 MB']);
    const startedAt = '2026-03-01T09:00:00Z';
    expect(tookWords({ startedAt, finishedAt: '2026-03-01T09:00:01.250Z' })).toBe('1.3 s');
    expect(tookWords({ startedAt, finishedAt: '2026-03-01T09:01:30Z' })).toBe('1 min 30 s');
    expect(tookWords({ startedAt, finishedAt: null })).toBeNull();
  });

  it('grows slower, and its end farther, while no row comes in', () => {
    const row = { ...counted({}), rowsPerSecond: 10 };
    expect(paceAfter(row, 0)).toEqual({ rowsPerSecond: 10, leftMs: 15_000 });
    expect(paceAfter(row, 5_000)).toEqual({ rowsPerSecond: 5, leftMs: 30_000 });
    expect(paceAfter({ ...row, status: 'COMPLETED' }, 5_000)).toEqual({ rowsPerSecond: 10, leftMs: null });
  });

  it('stands in the list once, in its place, as it is now', () => {
    const row = (id: string, minute: number, processedRows = 0) => {
      return { id, createdAt: `2026-03-01T09:0${minute}:00Z`, status: 'RUNNING' as const, processedRows };
    };
    const list = renewed([row('b', 2, 9), row('a', 1)], [row('c', 3), row('a', 1, 5), row('b', 2, 7)]);
    // An answer that was overtaken by an event is not believed: the rows never fall.
    expect(list).toEqual([row('c', 3), row('b', 2, 9), row('a', 1, 5)]);
    expect(newerOf(row('b', 2, 9), row('c', 3))).toEqual(row('c', 3));
  });
});

describe('uploads', () => {
  const file = (name: string) => new File(['x'], name);
  const OPTIONS = { dryRun: false, mapping: null };

  it('go one after the other, and one that was refused does not hold up the next', async () => {
    const begun: string[] = [];
    const send: SendFile = async ({ name }) => {
      begun.push(name);
      if (name === 'bad') throw new ApiError(unreachable('It did not work.'));
      return { importId: `import of ${name}`, isKnown: false };
    };
    const uploads = new Uploads(send);
    const ended = new Promise<void>((resolve) => {
      uploads.subscribe(
        () => uploads.list().every(({ state }) => state === 'done' || state === 'refused') && resolve(),
      );
    });
    const keys = uploads.add([file('bad'), file('good')], OPTIONS);
    expect(uploads.list().map(({ state }) => state)).toEqual(['sending', 'waiting']);
    await ended;
    expect(uploads.list().map(({ state }) => state)).toEqual(['refused', 'done']);
    expect(uploads.list()[0]?.problem?.message).toBe('It did not work.');
    expect(uploads.fileOf('import of good')?.name).toBe('good');
    uploads.again(keys[0] ?? 0);
    expect(begun).toEqual(['bad', 'good', 'bad']);
  });

  it('are broken off when they are taken from the list, and all of them with the session', async () => {
    const signals: AbortSignal[] = [];
    const uploads = new Uploads((_file, _options, _onSent, signal) => {
      signals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    const [first = 0] = uploads.add([file('a'), file('b')], OPTIONS);
    const second = new Promise<void>((resolve) => {
      uploads.subscribe(() => uploads.list()[0]?.state === 'sending' && resolve());
    });
    uploads.remove(first);
    expect(signals[0]?.aborted).toBe(true);
    await second;
    uploads.stop();
    expect(signals[1]?.aborted).toBe(true);
    expect(uploads.list()).toEqual([]);
  });
});
