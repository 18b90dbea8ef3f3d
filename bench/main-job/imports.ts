import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../../test/smoke/api.ts';
import type { Workbook } from '../../test/smoke/workbook.ts';

const UPLOAD = 'mutation ($file: Upload!) { importTickets(file: $file) { id status } }';
const PROGRESS = 'subscription ($id: ID!) { importProgress(id: $id) { id status succeededRows failedRows } }';

interface Process {
  readonly id: string;
  readonly status: string;
  readonly succeededRows: number;
  readonly failedRows: number;
}

export interface ImportFigures {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

/** From the upload to the end of its import, and the most memory that the process held meanwhile. */
export async function measureImport(admin: Api, workbook: Workbook): Promise<ImportFigures> {
  const rss = async () =>
    ((await (await admin.get('/health/metrics')).json()) as { memory: { rss: number } }).memory.rss / 2 ** 20;
  let peakMiB = await rss();
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      peakMiB = Math.max(peakMiB, await rss());
      await delay(100);
    }
  })();
  const before = performance.now();
  const { importTickets } = await admin.upload<{ importTickets: Process }>(UPLOAD, workbook.path);
  const progress = admin.follow<Process>(PROGRESS, { id: importTickets.id });
  await progress.completed;
  const seconds = (performance.now() - before) / 1_000;
  isDone = true;
  await watching;
  const end = progress.received.at(-1)?.value;
  assert.deepEqual([end?.succeededRows, end?.failedRows], [workbook.rows - workbook.bad, workbook.bad]);
  return { rows: workbook.rows, seconds, peakMiB };
}
