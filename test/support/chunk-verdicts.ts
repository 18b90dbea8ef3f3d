import type { ImportStores, JudgedLog, Verdict, WaitingRow } from '../../src/application/import/ports.ts';
import { started } from '../../src/domain/import-process.ts';
import { chunkOf, newImport, waitingRows } from './import-stores.ts';

export const AT = new Date('2026-11-02T10:00:00Z');

/** A log as a good row gives it. */
export function judgedLog(externalId: string, changes: Partial<JudgedLog> = {}): JudgedLog {
  return {
    externalId,
    clientName: 'Åbrü 株式会社',
    clientType: 'VIP',
    status: 'RESOLVED',
    createdAt: new Date('2026-03-05T10:00:00Z'),
    resolvedAt: new Date('2026-03-06T11:00:00Z'),
    agent: 'ada@example.com',
    priority: 2,
    escalationLevel: 0,
    title: 'The printer is on fire',
    breached: false,
    ...changes,
  };
}

/** A row that says in its first cell what becomes of it: the external id of a good one, or why it is dead behind a '!'. */
export function judge({ cells: [cell] }: Pick<WaitingRow, 'cells'>): Verdict {
  const text = String(cell);
  return text.startsWith('!') ? { reasons: [text.slice(1)] } : { log: judgedLog(text) };
}

/** A running import whose file was cut into chunks of these rows, by their first cells; row numbers begin with 2. */
export async function runningImport(
  { imports, chunks }: ImportStores,
  cut: readonly (readonly string[])[],
  changes: Parameters<typeof newImport>[0] = {},
): Promise<{ readonly id: string; readonly uploadId: string }> {
  const row = newImport(changes);
  await imports.create(row);
  await imports.change(row.id, AT, (process) => started(process, AT));
  await chunks.saveHeader(row.id, ['id'], ['externalId']);
  let next = 2;
  for (const [seq, cells] of cut.entries()) {
    await chunks.addChunks(row.id, [chunkOf(seq, waitingRows(next, ...cells.map((cell) => [cell])))]);
    next += cells.length;
  }
  await chunks.saveTotal(row.id, next - 2);
  return row;
}

/** Does the job of a chunk, with `judge` or other rules. */
export async function writeChunk(
  { chunks, writer }: ImportStores,
  id: string,
  seq: number,
  rules: (row: WaitingRow) => Verdict = judge,
  now = AT,
) {
  const chunk = await chunks.rowsOf(id, seq);
  if (!chunk) return null;
  const judged = chunk.rows.map((row) => ({ row, verdict: rules(row) }));
  return writer.commitChunk(id, seq, judged, now);
}
