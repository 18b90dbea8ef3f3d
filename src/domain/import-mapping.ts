import { type FieldError, throwIfInvalid } from './domain-error.ts';
import { type ColumnChoice, IMPORT_FIELDS, type ImportField, isBlankHeader } from './import-columns.ts';

/** What a mapping says of a column that is to be left out, whatever it is called. */
export const IGNORE_COLUMN = 'ignore';

const MOST_CHOICES = 200;
/** As long as a cell can be. */
const LONGEST_HEADER = 32_767;

/** One entry of a mapping as the caller wrote it. */
export interface MappingInput {
  readonly header: string;
  readonly field: string;
}

/**
 * A mapping in its one form: by header, so that the same choices in another order are the same mapping. null: none. Throws
 * VALIDATION_FAILED for an unknown field, a blank or repeated header, and a field that is chosen twice.
 */
export function parseMapping(input: readonly MappingInput[] | null): readonly ColumnChoice[] | null {
  if (input === null || input.length === 0) return null;
  const problems: FieldError[] = [];
  if (input.length > MOST_CHOICES) {
    problems.push({
      path: 'mapping',
      message: `A mapping names at most ${MOST_CHOICES} columns; this one ${input.length}.`,
    });
  }
  const headers = new Set<string>();
  const taken = new Set<ImportField>();
  const choices = input.slice(0, MOST_CHOICES).flatMap((entry, index) => {
    const header = entry.header.trim();
    const headerProblem = problemOfHeader(header, headers);
    if (headerProblem) problems.push({ path: `mapping[${index}].header`, message: headerProblem });
    headers.add(header);
    const field = fieldNamed(entry.field);
    const fieldProblem = problemOfField(entry.field, field, taken);
    if (fieldProblem) problems.push({ path: `mapping[${index}].field`, message: fieldProblem });
    if (field) taken.add(field);
    return field === undefined ? [] : [{ header, field }];
  });
  throwIfInvalid(problems);
  return choices.sort((a, b) => (a.header < b.header ? -1 : 1));
}

/** undefined: there is no such field; null: the column is to be ignored. */
function fieldNamed(name: string): ImportField | null | undefined {
  const wanted = name.trim().toLowerCase();
  return wanted === IGNORE_COLUMN ? null : IMPORT_FIELDS.find((field) => field.toLowerCase() === wanted);
}

function problemOfHeader(header: string, seen: ReadonlySet<string>): string | null {
  if (isBlankHeader(header)) return 'A header must not be blank: write it as it stands in the file.';
  if (header.length > LONGEST_HEADER || /[\0\p{Cs}]/u.test(header)) return 'No cell of a file can hold this header.';
  return seen.has(header) ? `The mapping names the column "${header}" twice; name it once.` : null;
}

function problemOfField(
  name: string,
  field: ImportField | null | undefined,
  taken: ReadonlySet<ImportField>,
): string | null {
  if (field === undefined) {
    return `"${name.slice(0, 60)}" is no field of an import; use ${IMPORT_FIELDS.join(', ')}, or ${IGNORE_COLUMN}.`;
  }
  return field !== null && taken.has(field) ? `Two columns cannot both be ${field}; choose one.` : null;
}
