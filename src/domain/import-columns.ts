import { quoted } from './import-cell.ts';
import { type CellValue, columnName, displayValue } from './sheet-row.ts';

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

/** What each column of a sheet is taken for, in their order; null: it is ignored. */
export type ColumnFields = readonly (ImportField | null)[];

/** Somebody's word on what the column under a header is, whatever it would be taken for by its name; null: to be ignored. */
export interface ColumnChoice {
  readonly header: string;
  readonly field: ImportField | null;
}

export interface ColumnMapping {
  readonly fields: ColumnFields;
  /** Why a file with this header row cannot be imported, as a sentence; null when it can. */
  readonly problem: string | null;
}

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

/** What a person calls the column of the header at this index. */
type Letters = (index: number) => string;

/** So many headers a sentence names. */
const MOST_LISTED = 12;
/** And characters of them. */
const MOST_LISTED_LENGTH = 250;

const FIELD_OF_HEADER: ReadonlyMap<string, ImportField> = new Map(
  IMPORT_FIELDS.flatMap((field) => [field.toLowerCase(), ...ALIASES[field]].map((name) => [name, field] as const)),
);

/**
 * Finds what each header stands for, ignoring case, spaces, `_` and dashes: what `choices` say of it, else what its name says,
 * unless another column was chosen for that field. A problem: required columns missing, two columns for one field, or a choice
 * for a header that is not there or is there twice. `columns`: where each header stands in the sheet, when not at its index.
 */
export function mapColumns(
  headers: readonly CellValue[],
  choices: readonly ColumnChoice[] = [],
  columns: readonly number[] = [],
): ColumnMapping {
  const letters: Letters = (index) => columnName(columns[index] ?? index);
  const names = headers.map((header) => displayValue(header)?.trim() ?? '');
  const problems: string[] = [];
  const chosen = new Map<number, ImportField | null>();
  for (const choice of choices) {
    const [index, ...others] = columnsUnder(names, choice.header);
    if (index === undefined) problems.push(noSuchHeader(choice, names));
    else if (others.length > 0) problems.push(ambiguousChoice(choice, [index, ...others].map(letters)));
    else if (chosen.has(index))
      problems.push(`The mapping names the column ${quoted(names[index] ?? null)} twice; name it once.`);
    else chosen.set(index, choice.field);
  }
  const taken = new Set(choices.map((choice) => choice.field));
  const fields = headers.map((header, index) => {
    const choice = chosen.get(index);
    if (choice !== undefined) return choice;
    const named = typeof header === 'string' ? FIELD_OF_HEADER.get(normalised(header)) : undefined;
    return named === undefined || taken.has(named) ? null : named;
  });
  const [problem = sharedField(names, fields, letters) ?? missingColumns(names, fields)] = problems;
  return { fields, problem };
}

/** The columns by the field that each is taken for. */
export function columnsOf(fields: ColumnFields): ImportColumns {
  const columns: Partial<Record<ImportField, number>> = {};
  for (const [index, field] of fields.entries()) if (field !== null) columns[field] = index;
  return columns;
}

/** The headers of columns that are ignored, each once; blank ones have no name to give. */
export function ignoredHeaders(headers: readonly string[], fields: ColumnFields): readonly string[] {
  const ignored = headers.filter((_, index) => (fields[index] ?? null) === null).map((header) => header.trim());
  return [...new Set(ignored.filter((header) => !isBlankHeader(header)))];
}

/** Whether nobody sees anything in a header: its column has no name, and what stands under it no meaning. */
export function isBlankHeader(header: string): boolean {
  return !/[^\s\p{Cf}]/u.test(header);
}

/** Also letters of full width, dashes of every kind and what nobody sees, such as a soft hyphen, are no difference. */
function normalised(header: string): string {
  return header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\p{Pd}\p{Cf}]+/gu, '');
}

/** The columns whose header is written like this or, when none is, means the same. */
function columnsUnder(names: readonly string[], wanted: string): readonly number[] {
  const under = (isIt: (name: string) => boolean) => names.flatMap((name, index) => (isIt(name) ? [index] : []));
  const exact = under((name) => name === wanted.trim());
  return exact.length > 0 ? exact : under((name) => name !== '' && normalised(name) === normalised(wanted));
}

function noSuchHeader({ header }: ColumnChoice, names: readonly string[]): string {
  return `The mapping names the column ${quoted(header)}, which the header row does not have; it has ${listed(names)}.`;
}

function ambiguousChoice({ header }: ColumnChoice, found: readonly string[]): string {
  const places = found.join(' and ');
  return `The mapping names the column ${quoted(header)}, but columns ${places} are both called that; rename one of them.`;
}

function sharedField(names: readonly string[], fields: ColumnFields, letters: Letters): string | null {
  for (const [second, field] of fields.entries()) {
    const first = field === null ? second : fields.indexOf(field);
    if (first === second) continue;
    const column = (index: number) => `${quoted(names[index] ?? null)} (${letters(index)})`;
    return `The columns ${column(first)} and ${column(second)} both stand for ${field}; keep only one of them, or say which one it is by a mapping.`;
  }
  return null;
}

function missingColumns(names: readonly string[], fields: ColumnFields): string | null {
  const missing = REQUIRED.filter((field) => !fields.includes(field));
  const last = missing.at(-1);
  if (last === undefined) return null;
  const which =
    missing.length === 1
      ? `The required column ${last} is`
      : `The required columns ${missing.slice(0, -1).join(', ')} and ${last} are`;
  const found = `${which} missing from the header row, which has ${listed(names)}`;
  const rename = 'rename a column, or say which one it is by a mapping.';
  // None of all: then it may well be a title above the table.
  if (missing.length < REQUIRED.length) return `${found}; ${rename}`;
  return `${found}. The first row that is not blank is taken for it: delete what stands above the names of the columns, ${rename}`;
}

/** The first headers of a row, for a sentence. */
function listed(names: readonly string[]): string {
  const known = names.filter((name) => name !== '').map(quoted);
  let count = 0;
  for (let length = 0; count < known.length && count < MOST_LISTED; count += 1) {
    length += known[count]?.length ?? 0;
    if (length > MOST_LISTED_LENGTH && count > 0) break;
  }
  const shown = known.slice(0, count).join(', ');
  return known.length > count ? `${shown} and ${known.length - count} more` : shown;
}
