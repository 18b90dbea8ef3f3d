import type { TestServer } from './server.ts';

/** An entry as it is stored, and the transaction that wrote it. */
export interface TrailRow {
  readonly id: string;
  readonly action: string;
  readonly actor_id: string | null;
  readonly subject_id: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
  readonly succeeded: boolean;
  readonly before: string | null;
  readonly after: string | null;
  readonly written_by: string;
}

/** What `action` came to, and the entries that it left. */
export async function entriesOf<T>(
  { sql }: Pick<TestServer, 'sql'>,
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly entries: readonly TrailRow[] }> {
  const known = (await sql<{ id: string }>('SELECT id FROM audit_log')).map(({ id }) => id);
  const result = await action();
  const entries = await sql<TrailRow>(
    `SELECT id, action, actor_id, subject_id, ip, request_id, succeeded, before, after, xmin::text AS written_by
       FROM audit_log WHERE NOT id = ANY ($1) ORDER BY occurred_at, id`,
    [known],
  );
  return { result, entries };
}

const CHANGED = ['tickets', 'comments', 'clients', 'users', 'sla_policies', 'refresh_tokens'];

/** Keeps which transactions wrote imports: workers write the same rows again at once, which then name the workers' transactions. */
export async function keepImportWriters({ sql }: Pick<TestServer, 'sql'>): Promise<void> {
  await sql('CREATE TABLE import_writers (xid text)');
  await sql(`CREATE FUNCTION keep_writer() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO import_writers VALUES (pg_current_xact_id()::xid::text); RETURN NULL; END $$`);
  await sql(`CREATE TRIGGER keep_writer AFTER INSERT OR UPDATE ON import_processes
    FOR EACH ROW EXECUTE FUNCTION keep_writer()`);
}

/** Whether the transaction that wrote the entry has also written a row that the entry tells of; after `keepImportWriters`. */
export async function isWithItsChange({ sql }: Pick<TestServer, 'sql'>, entry: TrailRow): Promise<boolean> {
  const anyOf = CHANGED.map((table) => `EXISTS (SELECT FROM ${table} WHERE xmin::text = $1)`).join(' OR ');
  const imports = 'EXISTS (SELECT FROM import_writers WHERE xid = $1)';
  const [row] = await sql<{ together: boolean }>(`SELECT ${anyOf} OR ${imports} AS together`, [entry.written_by]);
  return row?.together === true;
}
