import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../../test/smoke/api.ts';
import type { Workbook } from '../../test/smoke/workbook.ts';
import { importOnce } from '../import/once.ts';

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
  const seconds = await importOnce(admin, workbook);
  isDone = true;
  await watching;
  return { rows: workbook.rows, seconds, peakMiB };
}
