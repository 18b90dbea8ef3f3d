import type pg from 'pg';

/** The plans of every statement that `action` runs on `pool` outside transactions. */
export async function plansOf(pool: pg.Pool, action: () => Promise<unknown>): Promise<string[]> {
  const query = pool.query;
  const seen: { text: string; values: unknown[] }[] = [];
  pool.query = function captured(this: unknown, statement: { text: string; values?: unknown[] }, values?: unknown[]) {
    seen.push({ text: statement.text, values: values ?? statement.values ?? [] });
    return Reflect.apply(query, this, [statement, values]);
  } as typeof query;
  await action();
  pool.query = query;
  return Promise.all(
    seen.map(async ({ text, values }) => {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    }),
  );
}
