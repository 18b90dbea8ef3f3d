import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_TIERS, TICKET_STATUSES } from '../src/domain/enums.ts';
import { IMPORT_FIELDS, type ImportColumns, type ImportField } from '../src/domain/import-columns.ts';
import { externalIdOf, parseRow } from '../src/domain/import-row.ts';
import { type CellValue, displayValue, isBlank, type SheetRow } from '../src/domain/sheet-row.ts';

const ALL_COLUMNS = Object.fromEntries(IMPORT_FIELDS.map((field, index) => [field, index])) as ImportColumns;

const CREATED = new Date('2026-03-01T09:30:00Z');
const RESOLVED = new Date('2026-03-01T11:00:00Z');

const GOOD: Record<ImportField, CellValue> = {
  externalId: 'TCK-1',
  clientName: 'Łódź Tramways',
  clientType: 'VIP',
  status: 'RESOLVED',
  createdAt: CREATED,
  resolvedAt: RESOLVED,
  agent: 'Zoë.Åkesson@Example.com',
  priority: 2,
  escalationLevel: 1,
  title: 'Printer on fire',
};

function rowWith(changes: Partial<Record<ImportField, CellValue>>): SheetRow {
  return { rowNumber: 2, values: IMPORT_FIELDS.map((field) => ({ ...GOOD, ...changes })[field]) };
}

function reasonsFor(changes: Partial<Record<ImportField, CellValue>>): readonly string[] {
  const parsed = parseRow(rowWith(changes), ALL_COLUMNS);
  return parsed.ok ? [] : parsed.reasons;
}

function logFor(changes: Partial<Record<ImportField, CellValue>>) {
  const parsed = parseRow(rowWith(changes), ALL_COLUMNS);
  if (!parsed.ok) throw new Error(parsed.reasons.join(' '));
  return parsed.log;
}

describe('a row', () => {
  it('becomes a log', () => {
    expect(parseRow(rowWith({}), ALL_COLUMNS)).toEqual({
      ok: true,
      log: { ...GOOD, agent: 'zoë.åkesson@example.com' },
    });
  });

  it('needs only the required columns', () => {
    const columns: ImportColumns = { externalId: 0, clientName: 1, clientType: 2, status: 3, createdAt: 4 };
    expect(parseRow({ rowNumber: 2, values: ['1', 'ACME', 'normal', 'open', CREATED] }, columns)).toEqual({
      ok: true,
      log: {
        externalId: '1',
        clientName: 'ACME',
        clientType: 'NORMAL',
        status: 'OPEN',
        createdAt: CREATED,
        resolvedAt: null,
        agent: null,
        priority: null,
        escalationLevel: 0,
        title: null,
      },
    });
  });

  it.each<[ImportField, CellValue, unknown]>([
    ['externalId', ' 00123 ', '00123'],
    ['externalId', '\u200b00123\u00a0\u200e', '00123'],
    ['externalId', 4711, '4711'],
    ['externalId', 999_999_999_999_999, '999999999999999'],
    ['externalId', -0, '0'],
    ['externalId', 11.000000000000002, '11'],
    ['priority', 0.1 * 3 * 10, 3],
    ['clientName', '  Ångström AB ', 'Ångström AB'],
    ['clientName', 1848, '1848'],
    ['clientName', '👩\u200d👩\u200d👧 & Co\u2060', '👩\u200d👩\u200d👧 & Co'],
    ['clientName', '😀'.repeat(200), '😀'.repeat(200)],
    ['clientType', 'vip', 'VIP'],
    ['clientType', ' Normal', 'NORMAL'],
    ['clientType', 'V\u200bI\u00adP\u200b', 'VIP'],
    ['status', 'closed\u200f', 'CLOSED'],
    ['status', 'Closed', 'CLOSED'],
    ['createdAt', '2026-03-01T09:30:00Z', CREATED],
    ['createdAt', '2026-03-01t11:30:00.000+02:00', CREATED],
    ['createdAt', '2026-03-01 04:00:00.0009-05:30', CREATED],
    ['resolvedAt', CREATED, CREATED],
    ['agent', null, null],
    ['agent', '   ', null],
    ['priority', '3', 3],
    ['priority', '3.0', 3],
    ['priority', null, null],
    ['escalationLevel', null, 0],
    ['escalationLevel', '0', 0],
    ['escalationLevel', 12, 12],
    ['title', 404, '404'],
    ['title', 'Paper jam\r\n  tray 2\tagain', 'Paper jam tray 2 again'],
  ])('takes %s %j as %j', (field, cell, expected) => {
    expect(logFor({ [field]: cell })[field]).toEqual(expected);
  });

  it.each<[Partial<Record<ImportField, CellValue>>, string]>([
    [{ externalId: null }, 'externalId is empty.'],
    [{ externalId: '  ' }, 'externalId is empty.'],
    [{ externalId: ' \u200b \u200f' }, 'externalId is empty.'],
    [{ externalId: 1.5 }, 'externalId is the number 1.5; it must be text or a whole number.'],
    [
      { externalId: 1_234_567_890_123_450 },
      'externalId is a number of more than 15 digits, which Excel does not keep exactly; format it as text.',
    ],
    [{ externalId: CREATED }, 'externalId is the date 2026-03-01T09:30:00.000Z; it must be text.'],
    [{ externalId: true }, 'externalId is TRUE; it must be text.'],
    [{ externalId: { error: '#N/A' } }, 'externalId is the error #N/A; it must be text.'],
    [{ externalId: 'x'.repeat(201) }, 'externalId has 201 characters; at most 200 are allowed.'],
    [{ clientName: 'AC\nME' }, 'clientName "AC\uFFFDME" has a line break or control character in it.'],
    [{ clientName: 'AC\0ME' }, 'clientName "AC\uFFFDME" has a line break or control character in it.'],
    [{ clientName: 'AC\uD800ME' }, 'clientName "AC\uFFFDME" has a broken character in it.'],
    [{ clientType: 'Premium' }, 'clientType is "Premium"; it must be VIP or NORMAL.'],
    [{ clientType: null }, 'clientType is empty.'],
    [{ status: 'Done' }, 'status is "Done"; it must be OPEN, IN_PROGRESS, PENDING, ESCALATED, RESOLVED or CLOSED.'],
    [{ createdAt: null }, 'createdAt is empty.'],
    [{ createdAt: 45_000.5 }, 'createdAt is the plain number 45000.5; format the cell as a date.'],
    [
      { createdAt: '2026-03-01 09:30' },
      'createdAt "2026-03-01 09:30" is a text without a time zone; write it like 2026-03-01T09:30:00Z, or as an Excel date.',
    ],
    [
      { createdAt: '01/03/2026' },
      'createdAt is "01/03/2026", which is not a date; use an Excel date or text like 2026-03-01T09:30:00Z.',
    ],
    [
      { createdAt: '2026-02-29T00:00:00Z' },
      'createdAt is "2026-02-29T00:00:00Z", which is not a date; use an Excel date or text like 2026-03-01T09:30:00Z.',
    ],
    [
      { createdAt: { error: '#VALUE!' } },
      'createdAt is the error #VALUE!, which is not a date; use an Excel date or text like 2026-03-01T09:30:00Z.',
    ],
    [
      { createdAt: new Date('1899-12-31T12:00:00Z') },
      'createdAt "1899-12-31T12:00:00.000Z" is not between the years 1970 and 2200.',
    ],
    [{ resolvedAt: null }, 'resolvedAt is empty; a ticket that is RESOLVED needs it.'],
    [
      { resolvedAt: new Date('2026-03-01T09:29:59.999Z') },
      'resolvedAt 2026-03-01T09:29:59.999Z is before createdAt 2026-03-01T09:30:00.000Z.',
    ],
    [{ status: 'OPEN' }, 'resolvedAt is 2026-03-01T11:00:00.000Z, but a ticket that is OPEN is not resolved yet.'],
    [{ resolvedAt: 45_000 }, 'resolvedAt is the plain number 45000; format the cell as a date.'],
    [{ agent: 'a'.repeat(321) }, 'agent has 321 characters; at most 320 are allowed.'],
    [{ priority: 'High' }, 'priority is "High"; it must be a whole number from 1 to 4.'],
    [{ priority: '3.00' }, 'priority is "3.00"; it must be a whole number from 1 to 4.'],
    [{ priority: 5 }, 'priority is 5; it must be a whole number from 1 to 4.'],
    [{ priority: 2.5 }, 'priority is 2.5; it must be a whole number from 1 to 4.'],
    [
      { priority: new Date('1900-01-03T00:00:00Z') },
      'priority is the date 1900-01-03T00:00:00.000Z; it must be a whole number from 1 to 4.',
    ],
    [{ escalationLevel: -1 }, 'escalationLevel is -1; it must be a whole number from 0 to 2147483647.'],
    [{ title: 'x'.repeat(501) }, 'title has 501 characters; at most 500 are allowed.'],
  ])('with %j is refused with one sentence', (changes, reason) => {
    expect(reasonsFor(changes)).toEqual([reason]);
  });

  it('is told everything that is wrong with it at once', () => {
    const reasons = reasonsFor({
      externalId: null,
      clientType: 'Gold',
      status: 'Done',
      createdAt: 1,
      priority: 'High',
    });
    expect(reasons.map((reason) => reason.split(' ')[0])).toEqual([
      'externalId',
      'clientType',
      'status',
      'createdAt',
      'priority',
    ]);
  });

  it('shortens a long value in a reason', () => {
    expect(reasonsFor({ status: 'y'.repeat(400) })[0]).toContain(`"${'y'.repeat(60)}…"`);
  });
});

describe('small questions about a row', () => {
  it('is blank when nothing but white space is in it', () => {
    expect(isBlank({ rowNumber: 1, values: [] })).toBe(true);
    expect(isBlank({ rowNumber: 1, values: [null, ' \t\n', ''] })).toBe(true);
    expect(isBlank({ rowNumber: 1, values: [null, 0] })).toBe(false);
    expect(isBlank({ rowNumber: 1, values: [{ error: '#N/A' }] })).toBe(false);
  });

  it.each<[CellValue, string | null]>([
    [7, '7'],
    ['7 ', '7'],
    ['', null],
    [1.5, null],
    [null, null],
    [true, null],
  ])('knows its key: %j is %j', (cell, key) => {
    expect(externalIdOf(rowWith({ externalId: cell }), ALL_COLUMNS)).toBe(key);
  });

  it.each<[CellValue, string | null]>([
    [null, null],
    ['=1+1', '=1+1'],
    [1.5, '1.5'],
    [false, 'FALSE'],
    [CREATED, '2026-03-01T09:30:00.000Z'],
    [new Date(Number.NaN), 'an impossible date'],
    [{ error: '#REF!' }, '#REF!'],
    ['a\0b\uDC00c', 'a\uFFFDb\uFFFDc'],
  ])('shows %j as %j', (cell, shown) => {
    expect(displayValue(cell)).toBe(shown);
  });
});

describe('whatever is in the cells', () => {
  const anyCell: fc.Arbitrary<CellValue> = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `${text}\uD800`),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.date({ noInvalidDate: false }),
    fc.string().map((error) => ({ error })),
    fc.constantFrom<CellValue>(...Object.values(GOOD), ...TICKET_STATUSES, ...CLIENT_TIERS),
  );
  const anyRow = fc.tuple(...IMPORT_FIELDS.map(() => anyCell)).map((values) => ({ rowNumber: 2, values }));
  const storable = (text: string | null) => text === null || !/[\0\p{Cs}]/u.test(text);

  it('a row is a log that keeps the rules, or has reasons that can be stored and end like sentences', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const parsed = parseRow(row, ALL_COLUMNS);
        if (!parsed.ok) {
          expect(parsed.reasons.length).toBeGreaterThan(0);
          expect(parsed.reasons.every((reason) => reason.endsWith('.') && storable(reason))).toBe(true);
          return;
        }
        const { log } = parsed;
        const done = log.status === 'RESOLVED' || log.status === 'CLOSED';
        expect(log.resolvedAt !== null).toBe(done);
        expect(log.resolvedAt === null || log.resolvedAt >= log.createdAt).toBe(true);
        expect([log.externalId, log.clientName, log.agent, log.title].every(storable)).toBe(true);
        expect(log.externalId).toBe(externalIdOf(row, ALL_COLUMNS));
      }),
      { numRuns: 2000 },
    );
  });

  it('an instant written as RFC 3339 with any offset is the instant read', () => {
    const offset = fc.tuple(fc.constantFrom(1, -1), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const instant = fc.date({ min: new Date('1970-01-03'), max: new Date('2200-12-28'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, offset, (at, [sign, hours, minutes]) => {
        const local = new Date(at.getTime() + sign * (hours * 60 + minutes) * 60_000).toISOString().slice(0, -1);
        const suffix = `${sign < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        expect(logFor({ createdAt: local + suffix, status: 'OPEN', resolvedAt: null }).createdAt).toEqual(at);
      }),
    );
  });

  it('what is shown of a cell can always be stored', () => {
    fc.assert(fc.property(anyCell, (cell) => storable(displayValue(cell))));
  });
});
