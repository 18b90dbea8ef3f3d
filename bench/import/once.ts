import assert from 'node:assert/strict';
import type { Api } from '../../test/smoke/api.ts';
import type { Workbook } from '../../test/smoke/workbook.ts';

const UPLOAD = 'mutation ($file: Upload!) { importTickets(file: $file) { id status } }';
const PROGRESS = 'subscription ($id: ID!) { importProgress(id: $id) { id status succeededRows failedRows } }';

interface Process {
  readonly id: string;
  readonly succeededRows: number;
  readonly failedRows: number;
}

/** Seconds from the beginning of the upload to the end of the import, which includes its reports; every row is accounted for. */
export async function importOnce(api: Api, workbook: Workbook): Promise<number> {
  const before = performance.now();
  const { importTickets } = await api.upload<{ importTickets: Process }>(UPLOAD, workbook.path);
  const progress = api.follow<Process>(PROGRESS, { id: importTickets.id });
  await progress.completed;
  const seconds = (performance.now() - before) / 1_000;
  const end = progress.received.at(-1)?.value;
  assert.deepEqual([end?.succeededRows, end?.failedRows], [workbook.rows - workbook.bad, workbook.bad]);
  return seconds;
}
