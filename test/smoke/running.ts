import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Api } from './api.ts';
import { checkDashboard } from './dashboard.ts';
import { importWorkbook } from './imports.ts';
import { checkCycles } from './ladder.ts';
import { breakPromises } from './promises.ts';
import { checkRefusals } from './refusals.ts';
import type { Steps } from './steps.ts';
import { generate } from './workbook.ts';

/** How fast it is is measured elsewhere: here other things are installed and run at the same time. */
const WITHIN_SECONDS = 60;

export interface RunningServer {
  readonly origin: string;
  readonly adminPassword: string;
  /** Where workbooks are written. */
  readonly folder: string;
  /** Whether promises of a minute are waited for too. */
  readonly promises: boolean;
}

/** The main job against a server that somebody else has started, on an empty database. It is left running. */
export async function checkRunning(steps: Steps, server: RunningServer): Promise<void> {
  const nobody = new Api(server.origin);
  const workbook = await generate(join(server.folder, 'history.xlsx'), 5_000, 1);
  const to = new Date();
  const admin = await steps.step('health answers, and the admin signs in', async () => {
    for (const path of ['/health', '/health/ready']) assert.equal((await nobody.get(path)).status, 200, path);
    return nobody.as('admin@techsupport.pro', server.adminPassword);
  });
  await checkDashboard(steps, nobody);
  const [promised] = await Promise.all([
    server.promises
      ? steps.story('Promises break, and the right people hear of it', () => breakPromises(steps, admin))
      : null,
    steps.story('A year and a half of history becomes reports', () =>
      importWorkbook(steps, admin, workbook, to, WITHIN_SECONDS),
    ),
    steps.story('Bad input is told what is wrong with it', () => checkRefusals(steps, admin)),
  ]);
  if (promised) await steps.story('A ticket is taken up again', () => checkCycles(steps, admin, promised));
}
