import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerProcess } from '../support/server-process.ts';
import type { Api, Follower } from './api.ts';
import { compareReports } from './reports.ts';
import { eventually, type Steps } from './steps.ts';
import { goodRows, merged, type Row, type Workbook } from './workbook.ts';

interface Process {
  readonly id: string;
  readonly status: string;
  readonly totalRows: number | null;
  readonly processedRows: number;
  readonly succeededRows: number;
  readonly failedRows: number;
}

interface DeadLetter {
  readonly id: string;
  readonly rowNumber: number;
  readonly attempts: number;
  readonly reasons: readonly string[];
  readonly headers: readonly string[];
  readonly values: readonly (string | null)[];
}

const PROCESS = 'id status totalRows processedRows succeededRows failedRows';
const UPLOAD = `mutation ($file: Upload!) { importTickets(file: $file) { ${PROCESS} } }`;
const PROGRESS = `subscription ($id: ID!) { importProgress(id: $id) { ${PROCESS} } }`;
const DEAD = `query ($id: ID!, $after: String) { deadLetters(importId: $id, first: 100, after: $after) {
  totalCount nodes { id rowNumber attempts reasons headers values } pageInfo { hasNextPage endCursor } } }`;

/** Imports a workbook to its end. Returns its good rows. `to` lies after every row and before every live ticket. */
export async function importWorkbook(
  steps: Steps,
  admin: Api,
  workbook: Workbook,
  to: Date,
  withinSeconds = 10,
): Promise<Row[]> {
  const uploadedAt = performance.now();
  const process = await steps.step(`a workbook of ${workbook.rows} rows is uploaded`, () => upload(admin, workbook));
  const progress = followProgress(admin, process.id);
  await steps.step('importProgress tells every stage, never goes back, and completes', async () => {
    await progress.completed;
    const processed = progress.values.map(({ processedRows }) => processedRows);
    assert.deepEqual(
      processed,
      processed.toSorted((a, b) => a - b),
    );
    assert(progress.values.length >= 2, `${progress.values.length} frames`);
    checkCounts(progress.values.at(-1), workbook);
  });
  const dead = await steps.step('the dead letters are the bad rows, each with its reasons and its cells', () =>
    checkDeadLetters(admin, process.id, workbook),
  );
  const rows = await goodRows(workbook, new Set(dead.map(({ rowNumber }) => rowNumber)));
  await steps.step(
    `the five reports equal a recount of the workbook, within ${withinSeconds} s of the upload`,
    async () => {
      assert.equal(rows.length, workbook.rows - workbook.bad);
      await compareReports(admin, rows, to, process.id);
      assert(
        performance.now() - uploadedAt < withinSeconds * 1_000,
        `${Math.round(performance.now() - uploadedAt)} ms`,
      );
    },
  );
  await steps.step('the same bytes again are the same import', async () => {
    assert.deepEqual(await upload(admin, workbook), progress.values.at(-1));
  });
  await steps.step(
    'a row that is wrong by rule fails again on retry; a discarded one is gone and the counts stay',
    async () => {
      const [one] = dead;
      assert(one);
      await admin.run('mutation ($id: ID!, $ids: [ID!]) { retryDeadLetters(importId: $id, ids: $ids) { id } }', {
        id: process.id,
        ids: [one.id],
      });
      const retried = followProgress(admin, process.id);
      await retried.completed;
      checkCounts(retried.values.at(-1), workbook);
      const letters = await deadLetters(admin, process.id);
      assert.equal(letters.length, workbook.bad);
      const discarded = await admin.run(
        'mutation ($id: ID!, $ids: [ID!]) { discardDeadLetters(importId: $id, ids: $ids) }',
        {
          id: process.id,
          ids: letters.slice(0, 2).map(({ id }) => id),
        },
      );
      assert.deepEqual(discarded, { discardDeadLetters: 2 });
      assert.equal((await deadLetters(admin, process.id)).length, workbook.bad - 2);
      checkCounts(await readProcess(admin, process.id), workbook);
    },
  );
  return rows;
}

/** Kills the server in the middle of an import and keeps it away until `awayUntil`. Returns the one started after it. */
export async function importThroughCrash(
  steps: Steps,
  admin: Api,
  servers: { readonly running: ServerProcess; restart(): Promise<ServerProcess> },
  given: {
    readonly workbook: Workbook;
    readonly earlier: readonly Row[];
    readonly to: Date;
    readonly awayUntil: number;
  },
): Promise<{ readonly server: ServerProcess; finish(): Promise<void> }> {
  const { workbook, earlier, to, awayUntil } = given;
  const process = await steps.step(`a second workbook of ${workbook.rows} rows is uploaded`, () =>
    upload(admin, workbook),
  );
  await steps.step('kill -9 ends the server in the middle of it', async () => {
    const progress = followProgress(admin, process.id);
    const part = await eventually(
      'Some rows',
      30_000,
      () => progress.values.find(({ processedRows }) => processedRows > 0) ?? null,
    );
    await servers.running.kill();
    assert(part.processedRows < workbook.rows, `${part.processedRows} rows were in already`);
    progress.completed.catch(() => undefined);
  });
  await delay(Math.max(0, awayUntil - Date.now()));
  const server = await steps.step('npm start brings it back on the same data', () => servers.restart());
  const back = admin.at(server.origin);
  return {
    server,
    async finish() {
      await steps.step('the import goes on by itself and ends with exact counts', async () => {
        const progress = followProgress(back, process.id);
        await progress.completed;
        checkCounts(progress.values.at(-1), workbook);
      });
      const dead = await steps.step('its dead letters are the bad rows, none lost and none twice', () =>
        checkDeadLetters(back, process.id, workbook),
      );
      await steps.step('the reports equal a recount of both workbooks, the later row of an id counting', async () => {
        const later = await goodRows(workbook, new Set(dead.map(({ rowNumber }) => rowNumber)));
        await compareReports(back, merged(earlier, later), to, process.id);
      });
    },
  };
}

async function upload(api: Api, { path }: Workbook): Promise<Process> {
  return (await api.upload<{ importTickets: Process }>(UPLOAD, path)).importTickets;
}

const followProgress = (api: Api, id: string): Follower<Process> => api.follow<Process>(PROGRESS, { id });

async function readProcess(api: Api, id: string): Promise<Process> {
  const query = `query ($id: ID!) { importProcess(id: $id) { ${PROCESS} } }`;
  return (await api.run<{ importProcess: Process }>(query, { id })).importProcess;
}

function checkCounts(process: Process | undefined, { rows, bad }: Workbook): void {
  assert(process);
  const { status, totalRows, processedRows, succeededRows, failedRows } = process;
  assert.deepEqual(
    { status, totalRows, processedRows, succeededRows, failedRows },
    {
      status: 'COMPLETED_WITH_ERRORS',
      totalRows: rows,
      processedRows: rows,
      succeededRows: rows - bad,
      failedRows: bad,
    },
  );
}

async function checkDeadLetters(api: Api, id: string, { bad }: Workbook): Promise<DeadLetter[]> {
  const letters = await deadLetters(api, id);
  assert.equal(letters.length, bad);
  assert.equal(new Set(letters.map(({ rowNumber }) => rowNumber)).size, bad);
  for (const { rowNumber, reasons, attempts, headers, values } of letters) {
    assert(reasons.length > 0 && attempts === 1 && headers.length === values.length, `row ${rowNumber}`);
  }
  return letters;
}

async function deadLetters(api: Api, id: string): Promise<DeadLetter[]> {
  interface Page {
    readonly totalCount: number;
    readonly nodes: readonly DeadLetter[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  }
  const letters: DeadLetter[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page = (await api.run<{ deadLetters: Page }>(DEAD, { id, after })).deadLetters;
    letters.push(...page.nodes);
    after = page.pageInfo.endCursor;
    if (page.pageInfo.hasNextPage) continue;
    assert.equal(page.totalCount, letters.length);
    return letters;
  }
}
