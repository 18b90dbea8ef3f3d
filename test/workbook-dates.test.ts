import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excelDate, isoDate } from '../src/infrastructure/excel/excel-date.ts';
import { isDateFormat } from '../src/infrastructure/excel/number-formats.ts';

describe('number formats', () => {
  it.each([
    'yyyy-mm-dd',
    'dd/mm/yy;@',
    'm/d/yy h:mm',
    '[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy',
    '[h]:mm:ss',
    '[mm]:ss.0',
    'hh:mm AM/PM',
    '[$-411]ge.m.d',
    '[$-40E]mmm/ d.;@',
    'YYYY"年"M"月"',
    '[Red]d.m.yyyy',
    'aaaa',
  ])('%j shows a date', (format) => expect(isDateFormat(format)).toBe(true));

  it.each([
    '',
    'General',
    'GENERAL',
    'Standard',
    'G/通用格式',
    '[DBNum1][$-804]G/通用格式',
    '"Q"0;G/標準',
    '0.00',
    '#,##0;[Red]-#,##0',
    '0.00E+00',
    '@',
    '0 "days"',
    '0\\d',
    '[$USD] #,##0.00',
    '"yyyy"0',
    '_d0_h',
    '* 0',
    '0;"d"dd',
    '[Blue]0;[Magenta]0',
    '[>=100]0;0.0',
    '# ?/?',
    '0%',
  ])('%j does not', (format) => expect(isDateFormat(format)).toBe(false));
});

describe('Excel dates', () => {
  it.each<[number, boolean, string | null]>([
    [45_000, false, '2023-03-15T00:00:00.000Z'],
    [45_000.5, false, '2023-03-15T12:00:00.000Z'],
    [45_000.999_999_999, false, '2023-03-16T00:00:00.000Z'],
    [44_927.395_838_819_44, false, '2023-01-01T09:30:00.474Z'],
    [1, false, '1900-01-01T00:00:00.000Z'],
    [59, false, '1900-02-28T00:00:00.000Z'],
    [60, false, null],
    [60.5, false, null],
    [61, false, '1900-03-01T00:00:00.000Z'],
    [2_958_465, false, '9999-12-31T00:00:00.000Z'],
    [2_958_466, false, null],
    [-1, false, null],
    [Number.NaN, false, null],
    [0, true, '1904-01-01T00:00:00.000Z'],
    [60, true, '1904-03-01T00:00:00.000Z'],
    [43_538, true, '2023-03-15T00:00:00.000Z'],
  ])('day %d (1904: %s) is %s', (days, date1904, expected) => {
    expect(excelDate(days, date1904)?.toISOString() ?? null).toBe(expected);
  });

  it('keep every millisecond of a year through the day number', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        (date) => {
          expect(excelDate(date.getTime() / 86_400_000 + 25_569, false)).toEqual(date);
        },
      ),
    );
  });

  it.each<[string, string | null]>([
    ['2023-03-15', '2023-03-15T00:00:00.000Z'],
    ['2023-03-15T12:30', '2023-03-15T12:30:00.000Z'],
    ['2023-03-15T12:30:01.5', '2023-03-15T12:30:01.500Z'],
    ['2023-03-15T12:30:01.123456Z', '2023-03-15T12:30:01.123Z'],
    ['2023-03-15T12:30:00+02:00', '2023-03-15T10:30:00.000Z'],
    ['2023-02-29', null],
    ['2023-13-01', null],
    ['12:30:00', null],
    ['yesterday', null],
  ])('of the ISO kind: %s is %s', (text, expected) => {
    expect(isoDate(text)?.toISOString() ?? null).toBe(expected);
  });
});
