import { CLIENT_TIERS, type ClientTier, TICKET_STATUSES, type TicketStatus } from './enums.ts';
import { type CellReading, readChoice, readInstant, readLine, readText, readWhole } from './import-cell.ts';
import type { ImportColumns, ImportField } from './import-columns.ts';
import type { CellValue, SheetRow } from './sheet-row.ts';

/** One row of history as the reports need it. `agent` is lower-cased; an `escalationLevel` that is not given is 0. */
export interface ImportedLog {
  readonly externalId: string;
  readonly clientName: string;
  readonly clientType: ClientTier;
  readonly status: TicketStatus;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly agent: string | null;
  readonly priority: number | null;
  readonly escalationLevel: number;
  readonly title: string | null;
}

export type ParsedRow =
  | { readonly ok: true; readonly log: ImportedLog }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** The longest text that each column takes, in characters. 320 is the longest email address. */
export const IMPORT_TEXT_LIMITS = { externalId: 200, clientName: 200, agent: 320, title: 500 } as const;

/** The largest number that the stores keep in an integer column. */
const MAX_ESCALATION_LEVEL = 2_147_483_647;

/** Reads a row by the rules of the import format. Returns the log, or every reason against the row at once, as sentences. */
export function parseRow(row: SheetRow, columns: ImportColumns): ParsedRow {
  const cell = (field: ImportField) => cellOf(row, columns, field);
  const reasons: string[] = [];
  const optional = <T>(reading: CellReading<T>): T | null => {
    if (reading.problem === undefined) return reading.value;
    reasons.push(reading.problem);
    return null;
  };
  const required = <T>(name: ImportField, reading: CellReading<T>): T | null => {
    if (reading.problem === undefined && reading.value === null) reasons.push(`${name} is empty.`);
    return optional(reading);
  };

  const externalId = required('externalId', readExternalId(cell('externalId')));
  const clientName = required('clientName', readText('clientName', cell('clientName'), IMPORT_TEXT_LIMITS.clientName));
  const clientType = required('clientType', readChoice('clientType', cell('clientType'), CLIENT_TIERS));
  const status = required('status', readChoice('status', cell('status'), TICKET_STATUSES));
  const createdAt = required('createdAt', readInstant('createdAt', cell('createdAt')));
  const resolution = readInstant('resolvedAt', cell('resolvedAt'));
  const resolvedAt = optional(resolution);
  const agent = optional(readText('agent', cell('agent'), IMPORT_TEXT_LIMITS.agent));
  const priority = optional(readWhole('priority', cell('priority'), 1, 4));
  const escalationLevel = optional(readWhole('escalationLevel', cell('escalationLevel'), 0, MAX_ESCALATION_LEVEL));
  const title = optional(readLine('title', cell('title'), IMPORT_TEXT_LIMITS.title));

  if (status !== null && resolution.problem === undefined) {
    const against = resolutionProblem(status, createdAt, resolvedAt);
    if (against !== null) reasons.push(against);
  }
  // The null checks tell the compiler what `reasons` already says: each missing required value has left one.
  if (
    reasons.length > 0 ||
    externalId === null ||
    clientName === null ||
    clientType === null ||
    status === null ||
    createdAt === null
  ) {
    return { ok: false, reasons };
  }
  const log = { externalId, clientName, clientType, status, createdAt, resolvedAt, priority, title };
  return { ok: true, log: { ...log, agent: agent?.toLowerCase() ?? null, escalationLevel: escalationLevel ?? 0 } };
}

/** The key under which a file may name a row only once and a later upload updates it; null when the cell holds no valid one. */
export function externalIdOf(row: SheetRow, columns: ImportColumns): string | null {
  const reading = readExternalId(cellOf(row, columns, 'externalId'));
  return reading.problem === undefined ? reading.value : null;
}

/** Why a row is dead that has more cells than its header row: which of them is under which header nobody can tell. */
export function surplusReason(cells: number, headers: number): string {
  return `The row has ${cells} cells but the header row ${headers}; a cell with a separator in it must be in quotes.`;
}

function readExternalId(cell: CellValue | undefined): CellReading<string> {
  return readText('externalId', cell, IMPORT_TEXT_LIMITS.externalId);
}

function cellOf(row: SheetRow, columns: ImportColumns, field: ImportField): CellValue | undefined {
  const index = columns[field];
  return index === undefined ? undefined : row.values[index];
}

function resolutionProblem(status: TicketStatus, createdAt: Date | null, resolvedAt: Date | null): string | null {
  const done = status === 'RESOLVED' || status === 'CLOSED';
  if (done && resolvedAt === null) return `resolvedAt is empty; a ticket that is ${status} needs it.`;
  if (!done && resolvedAt !== null) {
    return `resolvedAt is ${resolvedAt.toISOString()}, but a ticket that is ${status} is not resolved yet.`;
  }
  if (createdAt !== null && resolvedAt !== null && resolvedAt.getTime() < createdAt.getTime()) {
    return `resolvedAt ${resolvedAt.toISOString()} is before createdAt ${createdAt.toISOString()}.`;
  }
  return null;
}
