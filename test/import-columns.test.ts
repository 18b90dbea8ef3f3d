import { describe, expect, it } from 'vitest';
import { type ImportField, mapColumns } from '../src/domain/import-columns.ts';
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
    expect(mapColumns([...others, header])).toMatchObject({
      ok: true,
      columns: { [field]: others.length },
      ignored: [],
    });
  });

  it('names the columns that mean nothing here, each once', () => {
    const mapped = mapColumns([
      'Id',
      'Mood',
      'Client',
      null,
      'Tier',
      'Status',
      2024,
      'Created',
      'Mood',
      { error: '#N/A' },
      '  ', // biome-ignore format: a header row
    ]);
    expect(mapped).toEqual({
      ok: true,
      columns: { externalId: 0, clientName: 2, clientType: 4, status: 5, createdAt: 7 },
      ignored: ['Mood', '2024', '#N/A'],
    });
  });

  it.each<[string, readonly CellValue[], string]>([
    [
      'one missing column',
      ['id', 'client', 'tier', 'status'],
      'The required column createdAt is missing from the header row.',
    ],
    [
      'several missing columns',
      ['id', 'tier', 'foo'],
      'The required columns clientName, status and createdAt are missing from the header row.',
    ],
    [
      'two headers for one field',
      ['Ticket ID', 'Number', 'client', 'tier', 'status', 'created'],
      'The columns "Ticket ID" and "Number" both stand for externalId; keep only one of them.',
    ],
  ])('refuses %s in one sentence', (_, headers, problem) => {
    expect(mapColumns(headers)).toEqual({ ok: false, problem });
  });
});
