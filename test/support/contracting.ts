// What in a migration would break the release before, which runs beside the new one while processes are restarted in turn.

interface Rule {
  readonly breaks: RegExp;
  readonly why: string;
  /** Harmless in a table that the same migration makes. */
  readonly unlessNew?: true;
}

const RULES: readonly Rule[] = [
  {
    breaks: /\bDROP (?:TABLE|COLUMN|CONSTRAINT|TYPE|FUNCTION|TRIGGER|VIEW|SEQUENCE|SCHEMA|EXTENSION|DEFAULT|VALUE)\b/,
    why: 'the release before still uses what is dropped',
  },
  { breaks: /\bRENAME\b/, why: 'the release before knows only the old name' },
  { breaks: /\bALTER COLUMN\b.*\bTYPE\b/, why: 'the release before reads and writes the old type' },
  { breaks: /\bTRUNCATE\b(?! ON\b)|\bDELETE FROM\b/, why: 'the release before still counts on these rows' },
  { breaks: /\bSET NOT NULL\b/, why: 'the release before may still write NULL' },
  {
    breaks: /\bADD COLUMN\b(?![^,]*\b(?:DEFAULT|GENERATED)\b)[^,]*\bNOT NULL\b/,
    why: 'the release before inserts rows without this column: give it a default',
  },
  {
    breaks: /\bADD CONSTRAINT\b|\bCREATE UNIQUE INDEX\b|\bADD (?:CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY)\b/,
    why: 'the release before may still write what is now refused',
    unlessNew: true,
  },
];

/** A line of a migration that vouches for the statement below it: nothing uses what it removes since that release. */
const UNUSED_SINCE = /^\s*-- unused since (\d+)\.(\d+)\.(\d+)\b/m;

/** A line above a unique index that vouches for it: it stands in for one that the same migration drops, and lets more through. */
const REFUSES_LESS = /^\s*-- refuses less than (\w+)\s*$/m;

/** What is wrong with the statements of a migration, for people; nothing, when it only expands. `release`: the one that it comes with. */
export function contracting(migration: string, release: string): string[] {
  const statements = migration.split('--> statement-breakpoint');
  const made = new Set(
    [...migration.matchAll(/\bCREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/gi)].map(([, name]) => name),
  );
  return statements.flatMap((statement) => {
    const since = UNUSED_SINCE.exec(statement);
    if (since && isBefore(since.slice(1).map(Number), release.split('.').map(Number))) return [];
    const replaced = REFUSES_LESS.exec(statement)?.[1];
    if (replaced && new RegExp(`\\bDROP INDEX "${replaced}"`, 'i').test(migration)) return [];
    const text = sqlOf(statement);
    const table = /\b(?:ALTER TABLE|ON)(?: ONLY| IF EXISTS)* "?(?:public"?\."?)?(\w+)"?/i.exec(text)?.[1];
    return RULES.filter(
      ({ breaks, unlessNew }) => new RegExp(breaks, 'is').test(text) && !(unlessNew && made.has(table)),
    ).map(({ why }) => `${why}: ${text.slice(0, 120)}`);
  });
}

/** Without comments, texts and the bodies of functions, in one line. */
function sqlOf(statement: string): string {
  return statement
    .replace(/\$(\w*)\$.*?\$\1\$/gs, '$$$$')
    .replace(/--.*$/gm, '')
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\s+/g, ' ')
    .trim();
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const [differs] = a.flatMap((part, i) => (part === (b[i] ?? 0) ? [] : [part - (b[i] ?? 0)]));
  return (differs ?? 0) < 0;
}
