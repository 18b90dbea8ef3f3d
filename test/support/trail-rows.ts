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

const CHANGED = ['tickets', 'comments', 'clients', 'users', 'sla_policies', 'import_processes', 'refresh_tokens'];

/** Whether the transaction that wrote the entry has also written a row that the entry tells of. */
export async function isWithItsChange({ sql }: Pick<TestServer, 'sql'>, entry: TrailRow): Promise<boolean> {
  const anyOf = CHANGED.map((table) => `EXISTS (SELECT FROM ${table} WHERE xmin::text = $1)`).join(' OR ');
  const [row] = await sql<{ together: boolean }>(`SELECT ${anyOf} AS together`, [entry.written_by]);
  return row?.together === true;
}
