import { describe, expect, it } from 'vitest';
import { errorRow, errorSheet, errorWorkbookName, hasErrorWorkbook } from '../src/domain/error-workbook.ts';

const nothing = (headers: readonly string[]) => headers.map(() => null);
const sheetOf = (...headers: string[]) => errorSheet(headers, nothing(headers));

describe('the columns of an error workbook', () => {
  it("are the file's own and then row and reason", () => {
    expect(sheetOf('Ticket ID', '', 'Status')).toEqual({
      headers: ['Ticket ID', '', 'Status', 'row', 'reason'],
      own: 3,
      row: 3,
      reason: 4,
    });
  });

  it('are those of the file itself when it is an error workbook, wherever its own two stand, in every later round', () => {
    for (const headers of [
      ['id', 'row', 'reason'],
      ['reason', 'id', ' row '],
      ['id', 'row', 'reason', 'Status'],
    ]) {
      const sheet = sheetOf(...headers);
      expect(sheet.headers).toEqual(headers);
      const [row, reason] = [headers.findIndex((header) => header.trim() === 'row'), headers.indexOf('reason')];
      expect(sheet).toMatchObject({ row, reason });
    }
  });

  it("leave a file's own column alone that is called so or is used, and use the new ones again in every later round", () => {
    const cases: [readonly string[], readonly (string | null)[], readonly string[]][] = [
      [['id', 'Reason'], [], ['id', 'Reason', 'row', 'reason (2)']],
      [['id', 'reason'], [], ['id', 'reason', 'row', 'reason (2)']],
      [['Row', 'R_E-ason', 'Reason (2)'], [], ['Row', 'R_E-ason', 'Reason (2)', 'row (2)', 'reason (3)']],
      [
        ['row', 'reason'],
        ['externalId', null],
        ['row', 'reason', 'row (2)', 'reason (2)'],
      ],
      [
        ['row', 'reason'],
        ['externalId', 'title'],
        ['row', 'reason', 'row (2)', 'reason (2)'],
      ],
    ];
    for (const [headers, fields, expected] of cases) {
      const first = errorSheet(headers, fields);
      const places = { headers: expected, row: headers.length, reason: headers.length + 1 };
      expect(first).toEqual({ ...places, own: headers.length });
      expect(errorSheet(first.headers, fields)).toEqual({ ...places, own: expected.length });
    }
  });

  it('leave out what a sheet has no room for', () => {
    const wide = (width: number) => sheetOf(...Array.from({ length: width }, (_, index) => `h${index}`));
    expect(wide(16_382)).toMatchObject({ row: 16_382, reason: 16_383 });
    expect(wide(16_383)).toMatchObject({ row: null, reason: 16_383 });
    expect(wide(16_384)).toMatchObject({ row: null, reason: null });
    expect(wide(16_384).headers).toHaveLength(16_384);
  });
});

describe('a row of an error workbook', () => {
  it('is the row as it came, with its number and reasons, in place of those of an earlier round', () => {
    const cells = ['A', null, new Date(0)];
    const letter = { rowNumber: 7, cells, reasons: ['This.', 'That.'] };
    expect(errorRow(sheetOf('a', 'b', 'c', 'd'), letter)).toEqual(['A', null, new Date(0), null, 7, 'This.\nThat.']);
    expect(errorRow(sheetOf('row', 'a', 'reason'), { ...letter, cells: [3, 'A', 'Old.'] })).toEqual([
      7,
      'A',
      'This.\nThat.',
    ]);
  });

  it('keeps what is beyond the headers, behind its reasons', () => {
    const letter = { rowNumber: 7, cells: ['A', 'B', null, 'D'], reasons: ['Too long.'] };
    expect(errorRow(sheetOf('a', 'b'), letter)).toEqual(['A', 'B', 7, 'Too long.', null, 'D']);
    expect(errorRow(sheetOf('row', 'reason'), letter)).toEqual([7, 'Too long.', null, 'D']);
  });

  it('has reasons that fit into a cell', () => {
    const [, reason] = errorRow(sheetOf(), { rowNumber: 2, cells: [], reasons: ['x'.repeat(40_000)] });
    expect(reason).toHaveLength(32_767);
  });
});

describe('an error workbook', () => {
  it('is there once its import has ended with rejected rows, also by being cancelled', () => {
    const there = (['QUEUED', 'RUNNING', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'] as const).filter(
      (status) => hasErrorWorkbook({ status, failedRows: 1 }),
    );
    expect(there).toEqual(['COMPLETED_WITH_ERRORS', 'CANCELLED']);
    expect(hasErrorWorkbook({ status: 'CANCELLED', failedRows: 0 })).toBe(false);
  });

  it('is called after its file, in every round', () => {
    const names = ['my tickets.xlsx', 'my tickets-errors.xlsx', 'a.b.csv', 'tickets', '.xlsx', '😀'.repeat(255)];
    expect(names.map(errorWorkbookName)).toEqual([
      'my tickets-errors.xlsx',
      'my tickets-errors.xlsx',
      'a.b-errors.xlsx',
      'tickets-errors.xlsx',
      'upload-errors.xlsx',
      `${'😀'.repeat(60)}-errors.xlsx`,
    ]);
  });
});
