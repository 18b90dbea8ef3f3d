import { type CellValue, displayValue } from './sheet-row.ts';

/** What a ticket log takes from a sheet, under the names that people read in messages. */
export const IMPORT_FIELDS = [
  'externalId',
  'clientName',
  'clientType',
  'status',
  'createdAt',
  'resolvedAt',
  'agent',
  'priority',
  'escalationLevel',
  'title',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];

/** Where each field stands in a row: its column index, from 0. A field that the sheet does not have is absent. */
export type ImportColumns = Readonly<Partial<Record<ImportField, number>>>;

export type ColumnMapping =
  | { readonly ok: true; readonly columns: ImportColumns; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly problem: string };

const REQUIRED: readonly ImportField[] = ['externalId', 'clientName', 'clientType', 'status', 'createdAt'];

const ALIASES: Readonly<Record<ImportField, readonly string[]>> = {
  externalId: ['ticketid', 'id', 'number'],
  clientName: ['client', 'customer'],
  clientType: ['tier'],
  status: [],
  createdAt: ['created', 'opened'],
  resolvedAt: ['resolved', 'closedat'],
  agent: ['agentemail', 'assignee'],
  priority: [],
  escalationLevel: ['escalation'],
  title: ['subject'],
};

const FIELD_OF_HEADER: ReadonlyMap<string, ImportField> = new Map(
  IMPORT_FIELDS.flatMap((field) => [field.toLowerCase(), ...ALIASES[field]].map((name) => [name, field] as const)),
);

/**
 * Finds the fields among the headers, ignoring case, spaces, `_` and `-`. Returns their columns and the headers that mean
 * nothing here (each once), or one sentence on what is wrong: required columns missing, or two headers for one field.
 */
export function mapColumns(headers: readonly CellValue[]): ColumnMapping {
  const columns: Partial<Record<ImportField, number>> = {};
  const names: Partial<Record<ImportField, string>> = {};
  const ignored = new Set<string>();
  for (const [index, header] of headers.entries()) {
    const name = displayValue(header)?.trim();
    if (!name) continue;
    const field = typeof header === 'string' ? FIELD_OF_HEADER.get(normalised(name)) : undefined;
    if (field === undefined) {
      ignored.add(name);
    } else if (names[field] !== undefined) {
      return {
        ok: false,
        problem: `The columns "${names[field]}" and "${name}" both stand for ${field}; keep only one of them.`,
      };
    } else {
      columns[field] = index;
      names[field] = name;
    }
  }
  const missing = REQUIRED.filter((field) => columns[field] === undefined);
  if (missing.length > 0) return { ok: false, problem: missingColumns(missing) };
  return { ok: true, columns, ignored: [...ignored] };
}

function normalised(header: string): string {
  return header.toLowerCase().replace(/[\s_-]+/g, '');
}

function missingColumns(missing: readonly ImportField[]): string {
  const last = missing.at(-1);
  return missing.length === 1
    ? `The required column ${last} is missing from the header row.`
    : `The required columns ${missing.slice(0, -1).join(', ')} and ${last} are missing from the header row.`;
}
