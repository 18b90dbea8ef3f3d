import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressAnnouncer } from '../src/application/import/announce-progress.ts';
import { ChunkCutter } from '../src/application/import/chunk-cutter.ts';
import { IMPORT_STATUSES, type ImportStatus } from '../src/domain/enums.ts';
import { duplicateOf, duplicateReason, FirstRows } from '../src/domain/import-duplicates.ts';
import {
  cancelled,
  completed,
  failed,
  IMPORT_TRANSITIONS,
  type ImportProcess,
  progressOf,
  resumed,
  retrying,
  sanitiseFilename,
  started,
  superseded,
} from '../src/domain/import-process.ts';
import type { CellValue } from '../src/domain/sheet-row.ts';
import { fromStored, toStored } from '../src/infrastructure/postgres/stored-cell.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);

function importProcess(changes: Partial<ImportProcess> = {}): ImportProcess {
  return {
    id: 'import',
    filename: 'tickets.xlsx',
    sizeBytes: 1,
    sha256: 'hash',
    status: 'RUNNING',
    headers: null,
    fields: null,
    dryRun: false,
    mapping: null,
    totalRows: null,
    succeededRows: 0,
    failedRows: 0,
    retriedRows: 0,
    error: null,
    uploadedById: 'user',
    createdAt: at(0),
    startedAt: at(0),
    finishedAt: null,
    workingSince: at(0),
    ...changes,
  };
}

describe('the progress of an import', () => {
  it.each([
    ['nothing is known before the first row', {}, 5, { processedRows: 0, rowsPerSecond: null, etaSeconds: null }],
    [
      'the pace is known before the length',
      { succeededRows: 50 },
      5,
      { processedRows: 50, rowsPerSecond: 10, etaSeconds: null },
    ],
    [
      'failed rows are processed rows',
      { totalRows: 200, succeededRows: 40, failedRows: 10 },
      5,
      { processedRows: 50, rowsPerSecond: 10, etaSeconds: 15 },
    ],
    [
      'part of a second counts as one',
      { totalRows: 101, succeededRows: 100 },
      10,
      { processedRows: 100, rowsPerSecond: 10, etaSeconds: 1 },
    ],
    [
      'time stands still at the end',
      { status: 'COMPLETED', totalRows: 50, succeededRows: 50, finishedAt: at(5) },
      500,
      { processedRows: 50, rowsPerSecond: 10, etaSeconds: null },
    ],
    [
      'rest is not work',
      { totalRows: 100, succeededRows: 50, workingSince: at(95) },
      100,
      { processedRows: 50, rowsPerSecond: 10, etaSeconds: 5 },
    ],
    [
      'a clock that went back has no pace',
      { totalRows: 100, succeededRows: 50 },
      -5,
      { processedRows: 50, rowsPerSecond: null, etaSeconds: null },
    ],
  ] as [string, Partial<ImportProcess>, number, object][])('%s', (_, changes, seconds, expected) => {
    expect(progressOf(importProcess(changes), at(seconds))).toEqual(expected);
  });

  it('never gives a negative or fractional time to go', () => {
    const counts = fc.nat(1_000_000);
    fc.assert(
      fc.property(counts, counts, counts, fc.nat(100_000), (totalRows, succeededRows, failedRows, seconds) => {
        const { etaSeconds } = progressOf(importProcess({ totalRows, succeededRows, failedRows }), at(seconds));
        return etaSeconds === null || (Number.isInteger(etaSeconds) && etaSeconds >= 0);
      }),
    );
  });
});

describe('the status of an import', () => {
  const moves: [string, (process: ImportProcess) => { status: ImportStatus } | null, ImportStatus[]][] = [
    ['begins only when queued', (process) => started(process, at(1)), ['QUEUED']],
    ['fails only while open', (process) => failed(process, 'why', at(1)), ['QUEUED', 'RUNNING']],
    ['is cancelled only while open', (process) => cancelled(process, at(1)), ['QUEUED', 'RUNNING']],
    [
      'fails for a new upload only when it was cancelled long ago',
      (process) => superseded({ ...process, finishedAt: at(0) }, at(30 * 86_400 + 1)),
      ['CANCELLED'],
    ],
    [
      'is not failed for a new upload sooner',
      (process) => superseded({ ...process, finishedAt: at(0) }, at(30 * 86_400)),
      [],
    ],
    ['is resumed only when cancelled', (process) => resumed(process, at(1)), ['CANCELLED']],
    ['is retried only when it ended with errors', (process) => retrying(process, at(1)), ['COMPLETED_WITH_ERRORS']],
    ['is completed only while it runs', (process) => completed(process, at(1)), ['RUNNING']],
  ];
  it.each(moves)('%s', (_, move, from) => {
    for (const status of IMPORT_STATUSES) {
      const next = move(importProcess({ status }));
      expect(next !== null).toBe(from.includes(status));
      if (next) expect(IMPORT_TRANSITIONS[status]).toContain(next.status);
    }
  });

  it('keeps its true start through a rest, and leaves the rest out of its pace', () => {
    const stopped = importProcess({ status: 'CANCELLED', finishedAt: at(10) });
    const again = resumed(stopped, at(1000));
    expect(again).toEqual({ status: 'QUEUED', error: null, startedAt: at(0), finishedAt: null, workingSince: at(990) });
  });
});

describe('the name of a file', () => {
  it.each([
    ['tickets.xlsx', 'tickets.xlsx'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\Ada\\tägliche Übersicht.xlsx', 'tägliche Übersicht.xlsx'],
    ['a\u0000b\u0007c\u202Ed.xlsx', 'abcd.xlsx'],
    ['  ', 'upload'],
    ['folder/', 'upload'],
  ])('%j becomes %j', (name, expected) => {
    expect(sanitiseFilename(name)).toBe(expected);
  });

  it('is cut after 255 characters, never within one', () => {
    expect(sanitiseFilename('😀'.repeat(300))).toBe('😀'.repeat(255));
  });
});

describe('repeated external ids', () => {
  it('are found exactly, as a plain map would find them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 300 }), (ids) => {
        const firstRows = new FirstRows(4);
        const truth = new Map<string, number>();
        for (const [index, id] of ids.entries()) {
          const row = index + 2;
          expect(firstRows.claim(id, row)).toBe(truth.get(id) ?? null);
          if (!truth.has(id)) truth.set(id, row);
        }
      }),
    );
  });

  it('are told apart among 300,000 ids that differ little', () => {
    const firstRows = new FirstRows();
    let found = 0;
    for (let row = 2; row < 300_002; row += 1) if (firstRows.claim(`TSP-${row}`, row) !== null) found += 1;
    expect(found).toBe(0);
    for (let row = 2; row < 300_002; row += 1000) expect(firstRows.claim(`TSP-${row}`, row + 300_000)).toBe(row);
  });

  it('are known again by the reason that they left', () => {
    expect(duplicateOf([duplicateReason(17), 'status is empty.'])).toBe(17);
    expect(duplicateOf(['externalId is empty.'])).toBeNull();
  });
});

describe('cutting a sheet', () => {
  it('gives the same chunks however the rows arrive, without blank rows', () => {
    const rows = Array.from({ length: 95 }, (_, index) => ({
      rowNumber: index + 2,
      values: index % 10 === 3 ? [' ', null] : [`id ${index % 60}`],
    }));
    const cut = (batch: number) => {
      const cutter = new ChunkCutter({ externalId: 0 }, 20);
      const chunks = [];
      for (let from = 0; from < rows.length; from += batch) chunks.push(...cutter.add(rows.slice(from, from + batch)));
      chunks.push(...cutter.end());
      return { chunks, total: cutter.total };
    };
    const whole = cut(1000);
    expect(whole.total).toBe(85);
    expect(whole.chunks.map((chunk) => [chunk.seq, chunk.rows.length])).toEqual([
      [0, 20],
      [1, 20],
      [2, 20],
      [3, 20],
      [4, 5],
    ]);
    expect(cut(1)).toEqual(whole);
    expect(cut(7)).toEqual(whole);
  });
});

describe('a cell on its way through the store', () => {
  it('comes out as it went in, whatever it holds', () => {
    const cell: fc.Arbitrary<CellValue> = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', 'a\uD800', '\uDC00b', ''),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      fc.boolean(),
      fc.constant(null),
      fc.date({ noInvalidDate: true }),
      fc.record({ error: fc.constantFrom('#N/A', '#REF!') }),
    );
    fc.assert(
      fc.property(cell, (value) => {
        expect(fromStored(JSON.parse(JSON.stringify(toStored(value))))).toEqual(value);
      }),
    );
  });

  it('may be an impossible date', () => {
    expect(fromStored(toStored(new Date(Number.NaN)))).toEqual(new Date(Number.NaN));
  });
});

describe('announcing progress', () => {
  it('tells the first news at once, gathers what follows, and tells the last', async () => {
    const told: string[] = [];
    const gaps: (() => void)[] = [];
    const announcer = progressAnnouncer({
      imports: {
        logProgress: async (id) => {
          told.push(id);
          return true;
        },
      },
      clock: { now: () => at(0) },
      pause: () => new Promise<void>((resolve) => gaps.push(resolve)),
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    announcer.announce('a');
    for (let news = 0; news < 10; news += 1) announcer.announce('a');
    while (gaps.length === 0) await Promise.resolve();
    expect(told).toEqual(['a']);
    announcer.announce('a');
    announcer.announce('a');
    gaps.shift()?.();
    while (gaps.length === 0) await Promise.resolve();
    expect(told).toEqual(['a', 'a']);
    gaps.shift()?.();
    await announcer.settled();
    expect(told).toEqual(['a', 'a']);
  });
});
