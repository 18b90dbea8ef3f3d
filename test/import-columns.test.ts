import { describe, expect, it } from 'vitest';
import { columnsOf, type ImportField, ignoredHeaders, mapColumns } from '../src/domain/import-columns.ts';
import { parseMapping } from '../src/domain/import-mapping.ts';
import type { CellValue } from '../src/domain/sheet-row.ts';

describe('the header row', () => {
  it.each<[string, ImportField]>([
    ['externalId', 'externalId'],
    ['External ID', 'externalId'],
    ['TICKET_ID', 'externalId'],
    ['ticket-id', 'externalId'],
    [' Id ', 'externalId'],
    ['Number', 'externalId'],
    ['client\u00a0name', 'clientName'],
    ['Client\nName', 'clientName'],
    ['\u200bexternal\u2011id', 'externalId'],
    ['ｅｘｔｅｒｎａｌＩＤ', 'externalId'],
    ['created\u00ad–at\ufeff', 'createdAt'],
    ['Client', 'clientName'],
    ['CUSTOMER', 'clientName'],
    ['Tier', 'clientType'],
    ['client type', 'clientType'],
    ['Status', 'status'],
    ['Created', 'createdAt'],
    ['created_at', 'createdAt'],
    ['Opened', 'createdAt'],
    ['Resolved', 'resolvedAt'],
    ['closed at', 'resolvedAt'],
    ['Agent', 'agent'],
    ['Agent Email', 'agent'],
    ['assignee', 'agent'],
    ['Priority', 'priority'],
    ['Escalation', 'escalationLevel'],
    ['Escalation-Level', 'escalationLevel'],
    ['Subject', 'title'],
  ])('%j stands for %s', (header, field) => {
    const others = ['externalId', 'clientName', 'clientType', 'status', 'createdAt'].filter((name) => name !== field);
    expect(mapColumns([...others, header])).toEqual({ fields: [...others, field], problem: null });
  });

  it('tells the columns that mean nothing here, which have a name, each once', () => {
    const headers = ['Id', 'Mood', 'Client', '', 'Tier', 'Status', '2024', 'Created', ' Mood ', '#N/A', '  '];
    const cells = headers.map((header) => (header === '2024' ? 2024 : header === '#N/A' ? { error: header } : header));
    const { fields, problem } = mapColumns(cells);
    expect(problem).toBeNull();
    expect(columnsOf(fields)).toEqual({ externalId: 0, clientName: 2, clientType: 4, status: 5, createdAt: 7 });
    expect(ignoredHeaders(headers, fields)).toEqual(['Mood', '2024', '#N/A']);
  });

  it.each<[string, readonly CellValue[], string]>([
    [
      'one missing column',
      ['id', 'client', 'tier', 'status'],
      'The required column createdAt is missing from the header row, which has "id", "client", "tier", "status"; rename a column, or say which one it is by a mapping.',
    ],
    [
      'several missing columns',
      ['id', 'tier', 'foo'],
      'The required columns clientName, status and createdAt are missing from the header row, which has "id", "tier", "foo"; rename a column, or say which one it is by a mapping.',
    ],
    [
      'a title above the table',
      ['Tickets of 2026'],
      'The required columns externalId, clientName, clientType, status and createdAt are missing from the header row, which has "Tickets of 2026". ' +
        'The first row that is not blank is taken for it: delete what stands above the names of the columns, rename a column, or say which one it is by a mapping.',
    ],
    [
      'headers that no sentence can hold',
      ['id', 'client', 'tier', 'status', 'a\tb\ud800', ...Array.from({ length: 9 }, () => 'x'.repeat(70))],
      `The required column createdAt is missing from the header row, which has "id", "client", "tier", "status", "a\uFFFDb\uFFFD", "${'x'.repeat(60)}…", "${'x'.repeat(60)}…", "${'x'.repeat(60)}…" and 6 more; rename a column, or say which one it is by a mapping.`,
    ],
    [
      'two headers for one field',
      ['Ticket ID', 'Number', 'client', 'tier', 'status', 'created'],
      'The columns "Ticket ID" (A) and "Number" (B) both stand for externalId; keep only one of them, or say which one it is by a mapping.',
    ],
    [
      'the same header twice',
      ['id', 'client', 'tier', 'status', 'created', 'id'],
      'The columns "id" (A) and "id" (F) both stand for externalId; keep only one of them, or say which one it is by a mapping.',
    ],
  ])('refuses %s in one sentence', (_, headers, problem) => {
    expect(mapColumns(headers).problem).toBe(problem);
  });

  it('names columns by where they stand in the sheet, when others between them were left out', () => {
    const headers = ['id', 'client', 'tier', 'status', 'created', 'x', 'Created', 'x'];
    const columns = [0, 1, 2, 3, 404, 405, 406, 16_383];
    expect(mapColumns(headers, [], columns).problem).toMatch(/^The columns "created" \(OO\) and "Created" \(OQ\) both/);
    const mapping = [{ header: 'x', field: 'createdAt' as const }];
    expect(mapColumns(headers, mapping, columns).problem).toMatch(/but columns OP and XFD are both called that/);
  });

  it('names the first of many headers only', () => {
    const { problem } = mapColumns(Array.from({ length: 500 }, (_, index) => `Column ${index}`));
    expect(problem).toMatch(/"Column 10", "Column 11" and 488 more\. The first row/);
  });
});

describe('a mapping', () => {
  const FOREIGN = ['Vorgang', 'Kunde', 'Stufe', 'status', 'created', 'id'];
  const choices = [
    { header: 'Vorgang', field: 'externalId' as const },
    { header: 'kunde ', field: 'clientName' as const },
    { header: 'STUFE', field: 'clientType' as const },
  ];

  it('says what columns are; the others go by their headers, and a field that was chosen is taken from them', () => {
    const fields = ['externalId', 'clientName', 'clientType', 'status', 'createdAt', null];
    expect(mapColumns(FOREIGN, choices)).toEqual({ fields, problem: null });
  });

  it('finds a header however its accents are composed', () => {
    const headers = ['id', 'client', 'tier', 'status', 'Ero\u0308ffnet'];
    const { fields, problem } = mapColumns(headers, [{ header: 'Er\u00f6ffnet', field: 'createdAt' }]);
    expect([fields[4], problem]).toEqual(['createdAt', null]);
  });

  it('leaves a column out', () => {
    const headers = ['id', 'client', 'tier', 'status', 'created', 'priority'];
    const { fields, problem } = mapColumns(headers, [{ header: 'Priority', field: null }]);
    expect([fields[5], problem]).toEqual([null, null]);
  });

  it('prefers the header that is written alike to one that means the same', () => {
    const headers = ['ID', 'Id', 'client', 'tier', 'status', 'created'];
    expect(mapColumns(headers, [{ header: 'Id', field: 'externalId' }]).fields.slice(0, 2)).toEqual([
      null,
      'externalId',
    ]);
  });

  it.each<[string, readonly CellValue[], Parameters<typeof mapColumns>[1], string]>([
    [
      'a header that is not there',
      ['id', 'client'],
      [{ header: 'Nummer', field: 'externalId' }],
      'The mapping names the column "Nummer", which the header row does not have; it has "id", "client".',
    ],
    [
      'a header that is there twice',
      ['x', 'client', 'x'],
      [{ header: 'X', field: 'externalId' }],
      'The mapping names the column "X", but columns A and C are both called that; rename one of them.',
    ],
    [
      'one column in two ways of writing',
      ['id', 'client'],
      [
        { header: 'ID', field: 'externalId' },
        { header: 'Id', field: 'title' },
      ],
      'The mapping names the column "id" twice; name it once.',
    ],
  ])('refuses %s in one sentence', (_, headers, mapping, problem) => {
    expect(mapColumns(headers, mapping).problem).toBe(problem);
  });

  it('has one form, whatever its order and the case of its fields', () => {
    const parsed = parseMapping([
      { header: ' Vorgang ', field: 'EXTERNALID' },
      { header: 'Farbe', field: 'Ignore' },
    ]);
    expect(parsed).toEqual([
      { header: 'Farbe', field: null },
      { header: 'Vorgang', field: 'externalId' },
    ]);
    expect([parseMapping(null), parseMapping([])]).toEqual([null, null]);
  });

  it.each([
    [
      'an unknown field',
      [{ header: 'a', field: 'colour' }],
      'mapping[0].field',
      /"colour" is no field.*title, or ignore\./,
    ],
    ['a blank header', [{ header: ' ', field: 'title' }], 'mapping[0].header', /must not be blank/],
    ['a header that nobody sees', [{ header: '\u200b', field: 'title' }], 'mapping[0].header', /must not be blank/],
    ['a header that no file has', [{ header: 'a\0', field: 'title' }], 'mapping[0].header', /No cell/],
    [
      'a header twice',
      [
        { header: 'a', field: 'title' },
        { header: 'a ', field: 'agent' },
      ],
      'mapping[1].header',
      /"a" twice/,
    ],
    [
      'a field twice',
      [
        { header: 'a', field: 'title' },
        { header: 'b', field: 'Title' },
      ],
      'mapping[1].field',
      /both be title/,
    ],
    [
      'too many columns',
      Array.from({ length: 201 }, (_, index) => ({ header: `c${index}`, field: 'ignore' })),
      'mapping',
      /at most 200 columns; this one 201/,
    ],
  ])('is refused for %s', (_, mapping, path, message) => {
    const refusal = {
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path, message: expect.stringMatching(message) }] },
    };
    expect(() => parseMapping(mapping)).toThrow(expect.objectContaining(refusal));
  });
});
