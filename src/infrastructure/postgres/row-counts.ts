import { eq, sql } from 'drizzle-orm';
import type { Sql } from './database.ts';
import { importProcesses as imports } from './schema/imports.ts';

/** Last in its transaction: the counters are one row that all writers of an import share. */
export async function countRows(
  tx: Sql,
  importId: string,
  by: { readonly succeeded: number; readonly failed: number; readonly retried: number },
): Promise<void> {
  await tx
    .update(imports)
    .set({
      succeededRows: sql`${imports.succeededRows} + ${by.succeeded}`,
      failedRows: sql`${imports.failedRows} + ${by.failed}`,
      retriedRows: sql`${imports.retriedRows} + ${by.retried}`,
    })
    .where(eq(imports.id, importId));
}
