// The product from outside, as one story: `npm start` in an empty data folder, then only HTTP, WebSocket and signals.
// Prints each step as a sentence, at the end "N passed, N failed", and exits 1 when a step failed.
// --results FILE: writes the two numbers there too, as JSON.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { Api } from './api.ts';
import { checkDashboard } from './dashboard.ts';
import { importThroughCrash, importWorkbook } from './imports.ts';
import { checkAfterOutage, checkCycles, checkLadder } from './ladder.ts';
import { breakPromises, followAlerts } from './promises.ts';
import { checkRateLimit, checkRefusals } from './refusals.ts';
import { Steps } from './steps.ts';
import { generate } from './workbook.ts';

const folder = await mkdtemp(join(tmpdir(), 'techsupport smoke '));
// Postgres runs as a user of its own when this runs as root.
await chmod(folder, 0o755);
const steps = new Steps();
const step: Steps['step'] = (sentence, action) => steps.step(sentence, action);
const start = () => startServer({ command: ['npm', 'start'], env: { DATA_DIR: join(folder, 'data') } });
let server: ServerProcess | undefined;

try {
  await steps.story('The main job, from outside', mainJob);
} finally {
  if (steps.failed > 0) console.log(`\nThe last output of the server:\n${server?.output().slice(-4_000)}`);
  await server?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}
const { results } = parseArgs({ options: { results: { type: 'string' } } }).values;
if (results) await writeFile(results, JSON.stringify({ passed: steps.passed, failed: steps.failed }));
console.log(`\n${steps.passed} passed, ${steps.failed} failed`);
process.exit(steps.failed === 0 ? 0 : 1);

async function mainJob(): Promise<void> {
  const [small, large] = await step('npm run generate:excel writes workbooks of 5,000 and 20,000 rows', async () => [
    await generate(join(folder, 'history.xlsx'), 5_000, 1),
    await generate(join(folder, 'more history.xlsx'), 20_000, 2),
  ]);
  const to = new Date();
  const first = await step('npm start is ready within 15 s in an empty folder', async () => {
    const before = performance.now();
    server = await start();
    assert.equal((await fetch(`${server.origin}/health/ready`)).status, 200);
    assert(performance.now() - before < 15_000);
    return server;
  });
  const admin = await step('the admin signs in as the banner says', () => {
    const [, email = '', password = ''] = /Sign in +(\S+) \/ (\S+)/.exec(first.output()) ?? [];
    return new Api(first.origin).as(email, password);
  });
  await step('health, metrics and GraphiQL answer', async () => {
    for (const path of ['/health', '/health/ready', '/health/metrics', '/metrics', '/graphiql']) {
      assert.equal((await admin.get(path)).status, 200, path);
    }
  });
  await checkDashboard(steps, first);

  const [promised, rows] = await Promise.all([
    steps.story('Promises break, and the right people hear of it', () => breakPromises(steps, admin)),
    steps.story('A year and a half of history becomes reports', () => importWorkbook(steps, admin, small, to)),
    steps.story('Bad input is told what is wrong with it', () => checkRefusals(steps, admin)),
  ]);
  if (promised === null || rows === null) return;
  await steps.story('A ticket is taken up again', () => checkCycles(steps, admin, promised));

  console.log('\nThe server is killed in the middle of its work');
  const awayUntil = Date.parse(String(promised.tickets.at(-1)?.sla.dueAt)) + 500;
  const crash = { workbook: large, earlier: rows, to, awayUntil };
  const second = await importThroughCrash(steps, admin, { running: first, restart: start }, crash);
  server = second.server;
  const back = admin.at(server.origin);
  const climbing = await steps.story('Promises after the outage', () => checkAfterOutage(steps, back, promised));
  await steps.story('The import after the outage', () => second.finish());
  if (climbing) await steps.story('The ladder after the outage', () => checkLadder(steps, back, promised, climbing));
  await step('nothing is overdue without an alert', async () => {
    assert.match(await (await back.get('/metrics')).text(), /^sla_overdue_unalerted 0$/m);
  });
  await steps.story('The end', () => checkTheEnd(second.server, back));
}

async function checkTheEnd(running: ServerProcess, admin: Api): Promise<void> {
  const { eventCursor } = await admin.run<{ eventCursor: string }>('{ eventCursor }');
  const sockets = [followAlerts(admin, eventCursor), followAlerts(admin, eventCursor)];
  await Promise.all(sockets.map(({ opened }) => opened));
  await checkRateLimit(steps, admin);
  await step('SIGTERM ends it with 0 in under 10 s, and sockets with 1001', async () => {
    const { code, milliseconds } = await running.stop('SIGTERM');
    assert.equal(code, 0);
    assert(milliseconds < 10_000, `${milliseconds} ms`);
    assert.deepEqual(await Promise.all(sockets.map(({ closed }) => closed)), [1001, 1001]);
  });
}
