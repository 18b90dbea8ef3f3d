/** What a column can be taken for, as docs/import-format.md lists it; the first five must be there. */
export const FIELDS = [
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
export type Field = (typeof FIELDS)[number];

export const REQUIRED: readonly Field[] = ['externalId', 'clientName', 'clientType', 'status', 'createdAt'];

/** What a mapping calls a column that is to be left out. */
const IGNORE = 'ignore';
/** So many columns a mapping may name. */
const MOST_NAMED = 200;

/** What a column of a file is, or was, taken for; null: left out. */
export interface Choice {
  readonly header: string;
  readonly field: Field | null;
}

export type Mapping = readonly { readonly header: string; readonly field: string }[];

/** The choices behind what the API says of the columns of an import. */
export function choicesOf(columns: readonly { readonly header: string; readonly field: string | null }[]): Choice[] {
  return columns.map(({ header, field }) => ({ header, field: FIELDS.find((each) => each === field) ?? null }));
}

/** The headers by which a mapping can name a column: those that are blank, or there twice, name none. */
export function namingHeaders(choices: readonly Choice[]): ReadonlySet<string> {
  const once = new Set<string>();
  const twice = new Set(['']);
  for (const { header } of choices) {
    const name = header.trim();
    if (once.has(name)) twice.add(name);
    once.add(name);
  }
  return new Set([...once].filter((name) => !twice.has(name)));
}

/** Which columns of a sheet, which may have 16,384, are shown: the first `most`, and those that are used. */
export function shownColumns(
  columns: readonly { readonly field: string | null }[],
  count: number,
  most: number,
): number[] {
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => index < most || (columns[index]?.field ?? null) !== null,
  );
}

/** What stands against these choices: fields that a file must have and none has, and fields that several have. */
export function problemsOf(choices: readonly Choice[]): { missing: Field[]; doubled: Field[] } {
  const times = (field: Field) => choices.filter((choice) => choice.field === field).length;
  return {
    missing: REQUIRED.filter((field) => times(field) === 0),
    doubled: FIELDS.filter((field) => times(field) > 1),
  };
}

/** The choices as the API takes them; those that are used come first, so that a wide sheet loses none of them. */
export function mappingOf(choices: readonly Choice[]): Mapping {
  const naming = namingHeaders(choices);
  const named = choices.filter(({ header }) => naming.has(header.trim()));
  const used = named.filter(({ field }) => field !== null);
  const left = named.filter(({ field }) => field === null);
  return [...used, ...left].slice(0, MOST_NAMED).map(({ header, field }) => ({ header, field: field ?? IGNORE }));
}

/**
 * What must be said of an error workbook, which has the columns of its file and two of its own, so that it is read as the file was.
 * null: its headers say it themselves.
 */
export function mappingOfCorrection(choices: readonly Choice[]): Mapping | null {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, '');
  if (choices.every(({ header, field }) => field !== null && plain(header) === plain(field))) return null;
  return mappingOf(
    choices.filter(({ header, field }) => field !== null || !/^(row|reason)( \(\d+\))?$/i.test(header.trim())),
  );
}

/** The fields that reasons speak of; each reason begins with the name of its field. */
export function blamedFields(reasons: readonly string[]): ReadonlySet<Field> {
  const first = reasons.map((reason) => /^\w+/.exec(reason)?.[0]);
  return new Set(FIELDS.filter((field) => first.includes(field)));
}
