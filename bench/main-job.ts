// `npm run bench`: what one process does on this machine, from outside. Starts, the way from a due instant to a WebSocket frame,
// and imports of 5,000 and 100,000 rows with the peak of memory. Every result is checked before its figure counts.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '../test/smoke/api.ts';
import { generate, type Workbook } from '../test/smoke/workbook.ts';
import { REPOSITORY, type ServerProcess, startServer } from '../test/support/server-process.ts';

const ALERTS = 50;
const GAP_MS = 200;
const LATER_STARTS = 3;

interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly occurredAt: string;
  readonly ticket: { readonly id: string };
}
interface Process {
  readonly id: string;
  readonly status: string;
  readonly succeededRows: number;
  readonly failedRows: number;
}
type Figures = Record<string, string | number>;

const folder = await mkdtemp(join(tmpdir(), 'techsupport bench '));
await chmod(folder, 0o755);
const server = () => startServer({ command: ['npm', 'start'], env: { DATA_DIR: join(folder, 'data') } });

let running: ServerProcess | undefined;
try {
  const starts = await measureStarts();
  running = await server();
  const admin = await new Api(running.origin).as('admin@techsupport.pro', 'admin123');
  const small = await measureImport(admin, await generate(join(folder, 'small.xlsx'), 5_000, 1));
  const large = await measureImport(admin, await generate(join(folder, 'large.xlsx'), 100_000, 2));
  const alerts = await measureAlerts(admin);
  const machine = {
    cores: cpus().length,
    node: process.version,
    load: loadavg()
      .map((each) => each.toFixed(1))
      .join(' '),
  };
  const results = { machine, starts, alerts, 'import of 5,000 rows': small, 'import of 100,000 rows': large };
  for (const [name, figures] of Object.entries(results)) console.log(`\n${name}\n${table(figures)}`);
  await mkdir(join(REPOSITORY, 'bench', 'results'), { recursive: true });
  await writeFile(join(REPOSITORY, 'bench', 'results', 'main-job.json'), JSON.stringify(results, null, 2));
} finally {
  await running?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** From `npm start` to its banner, with and without a database to make. */
async function measureStarts(): Promise<Figures> {
  const seconds: number[] = [];
  for (let start = 0; start <= LATER_STARTS; start += 1) {
    const before = performance.now();
    const started = await server();
    seconds.push((performance.now() - before) / 1_000);
    assert.equal((await started.stop()).code, 0);
  }
  const [first = 0, ...later] = seconds;
  return {
    'first, s': first.toFixed(1),
    'later, s (median)': median(later).toFixed(1),
    'later, s (range)': range(later, 1),
  };
}

/** From the upload to the end of its import, and the most memory that the process held meanwhile. */
async function measureImport(admin: Api, workbook: Workbook): Promise<Figures> {
  const rss = async () =>
    ((await (await admin.get('/health/metrics')).json()) as { memory: { rss: number } }).memory.rss / 2 ** 20;
  let peak = await rss();
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      peak = Math.max(peak, await rss());
      await delay(100);
    }
  })();
  const before = performance.now();
  const upload = 'mutation ($file: Upload!) { importTickets(file: $file) { id status } }';
  const { importTickets } = await admin.upload<{ importTickets: Process }>(upload, workbook.path);
  const progress = admin.follow<Process>(
    'subscription ($id: ID!) { importProgress(id: $id) { id status succeededRows failedRows } }',
    { id: importTickets.id },
  );
  await progress.completed;
  const seconds = (performance.now() - before) / 1_000;
  isDone = true;
  await watching;
  const end = progress.received.at(-1)?.value;
  assert.deepEqual([end?.succeededRows, end?.failedRows], [workbook.rows - workbook.bad, workbook.bad]);
  return {
    seconds: seconds.toFixed(1),
    'rows/s': Math.round(workbook.rows / seconds),
    'peak RSS, MiB': Math.round(peak),
  };
}

/** Tickets that become due one after the other; the milliseconds from each due instant to the arrival of its frame. */
async function measureAlerts(admin: Api): Promise<Figures> {
  await admin.run(
    'mutation { setSlaPolicy(input: { tier: VIP, resolutionMinutes: 1, breachAction: ESCALATE }) { version } }',
  );
  const { createClient } = await admin.run<{ createClient: { id: string } }>(
    'mutation { createClient(input: { name: "Bench", tier: VIP }) { id } }',
  );
  const feed = admin.follow<Alert>('subscription { slaAlerts { id kind occurredAt ticket { id } } }');
  await feed.opened;
  const tickets: string[] = [];
  for (let i = 0; i < ALERTS; i += 1) {
    const created = await admin.run<{ createTicket: { id: string } }>(
      'mutation ($client: ID!) { createTicket(input: { clientId: $client, title: "Bench", description: "" }) { id } }',
      { client: createClient.id },
    );
    tickets.push(created.createTicket.id);
    await delay(GAP_MS);
  }
  const of = (kind: string) => feed.received.filter(({ value }) => value.kind === kind);
  while (of('BREACHED').length < ALERTS) await delay(100);
  const lag = (kind: string) => {
    const received = of(kind);
    assert.deepEqual(
      received.map(({ value }) => value.ticket.id).toSorted(),
      tickets.toSorted(),
      'each ticket alerts once',
    );
    return received.map(({ value, at }) => at - Date.parse(value.occurredAt));
  };
  const [breached, atRisk] = [lag('BREACHED'), lag('AT_RISK')];
  return {
    alerts: ALERTS,
    'breach to frame, ms (median)': median(breached),
    'breach to frame, ms (range)': range(breached, 0),
    'at risk to frame, ms (median)': median(atRisk),
    'at risk to frame, ms (range)': range(atRisk, 0),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function range(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)} - ${Math.max(...values).toFixed(digits)}`;
}

function table(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `  ${name.padEnd(32)} ${String(value).padStart(14)}`)
    .join('\n');
}
