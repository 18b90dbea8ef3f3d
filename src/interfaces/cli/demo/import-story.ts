import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { count, duration } from './numbers.ts';
import { progressBar } from './progress-bar.ts';
import type { Scene } from './story.ts';
import { table } from './table.ts';
import { heading, type Terminal } from './terminal.ts';
import { printable, wrapToWidth } from './text-width.ts';
import { within } from './waiting.ts';

interface Progress {
  readonly id: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly status: string;
  readonly totalRows: number | null;
  readonly processedRows: number;
  readonly succeededRows: number;
  readonly failedRows: number;
  readonly rowsPerSecond: number | null;
  readonly error: string | null;
}

interface DeadLetter {
  readonly rowNumber: number;
  readonly reasons: readonly string[];
}

const PROGRESS = 'id filename sizeBytes status totalRows processedRows succeededRows failedRows rowsPerSecond error';
const ENDED = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'];
const GENERATOR = fileURLToPath(new URL('../generate-excel.js', import.meta.url));
const SHOWN_DEAD_LETTERS = 6;
const IMPORT_MS = 60_000;

/** A workbook on disk. */
export interface Workbook {
  readonly path: string;
  /** Below the header. */
  readonly rows: number;
}

/** Writes a workbook of `rows` rows with one mistake in a hundred into `folder`; every run gets other rows. */
export async function writeWorkbook(rows: number, folder: string): Promise<Workbook> {
  const path = join(folder, `tickets_${rows}.xlsx`);
  // The same bytes would be the same import: a new seed makes a new one.
  const seed = String(Date.now() % 4_294_967_296);
  const options = ['--rows', String(rows), '--bad', '0.01', '--seed', seed, '--out', path];
  await promisify(execFile)(process.execPath, [GENERATOR, ...options]);
  return { path, rows };
}

/** Uploads the workbook and shows its progress as the subscription tells it, then what was refused and why. */
export async function importWorkbook(scene: Scene, workbook: Workbook): Promise<void> {
  const { terminal } = scene;
  heading(terminal, '2  Years of history from Excel');
  const { process, took } = await watchImport(scene, workbook, {
    uploaded: ({ filename, sizeBytes }) => {
      const kilobytes = count(Math.round(sizeBytes / 1024));
      terminal.lines(`${filename} uploaded (${kilobytes} KB). Live progress from the subscription:`);
    },
    progress: progressLines(terminal, workbook.rows),
  });
  const good = terminal.paint('green', `${count(process.succeededRows)} rows are in`);
  const bad = terminal.paint('yellow', `${count(process.failedRows)} are dead letters`);
  terminal.lines(`${good}, ${bad}, ${duration(took)} after the upload began.`, '');
  await showDeadLetters(scene, process.id);
}

/**
 * Uploads the workbook; calls `uploaded` once, then `progress` whenever the subscription tells it. Gives the last,
 * and the milliseconds since the upload began. Rejects with a sentence when the import fails or takes too long.
 */
export async function watchImport(
  { api, over }: Pick<Scene, 'api' | 'over'>,
  workbook: Workbook,
  { uploaded, progress }: { uploaded?(process: Progress): void; progress?(process: Progress): void },
): Promise<{ readonly process: Progress; readonly took: number }> {
  const startedAt = performance.now();
  const { importTickets } = await api.upload<{ importTickets: Progress }>(
    `mutation Upload($file: Upload!) { importTickets(file: $file) { ${PROGRESS} } }`,
    workbook.path,
  );
  uploaded?.(importTickets);
  let latest = importTickets;
  const listening = api.listen<{ importProgress: Progress }>(
    `subscription Progress($id: ID!) { importProgress(id: $id) { ${PROGRESS} } }`,
    { id: latest.id },
    ({ importProgress }) => {
      latest = importProgress;
      progress?.(latest);
    },
  );
  await within(IMPORT_MS, listening.done, `The import did not end within ${IMPORT_MS / 1000} s.`, over);
  if (!ENDED.includes(latest.status)) throw new Error(`The import's progress ended while it was ${latest.status}.`);
  if (latest.error) throw new Error(`The import failed: ${latest.error}`);
  return { process: latest, took: performance.now() - startedAt };
}

/**
 * On a terminal a bar that grows; elsewhere a line for each quarter. The server counts the rows while it already imports:
 * until it knows their number, `expectedRows` stands in.
 */
function progressLines(terminal: Terminal, expectedRows: number): (progress: Progress) => void {
  let told = -1;
  return ({ processedRows, totalRows, failedRows, rowsPerSecond, status }) => {
    const total = totalRows ?? expectedRows;
    const share = processedRows / total;
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
    const rows = `${count(processedRows)} of ${count(total)} rows`;
    const speed = rowsPerSecond ? `, ${count(Math.round(rowsPerSecond))}/s` : '';
    const text = `${percent}  ${rows}${failedRows ? `, ${failedRows} bad` : ''}${speed}`;
    const bar = progressBar(share, 28);
    const quarter = Math.floor(share * 4);
    if (ENDED.includes(status)) terminal.lines(`${terminal.paint('cyan', bar)}  ${text}`);
    else if (terminal.live) terminal.status(`${terminal.paint('cyan', bar)}  ${text}`);
    else if (quarter > told && quarter < 4) terminal.lines(`${bar}  ${text}`);
    told = Math.max(told, quarter);
  };
}

async function showDeadLetters({ api, terminal }: Scene, importId: string): Promise<void> {
  const { deadLetters } = await api.run<{ deadLetters: { totalCount: number; nodes: DeadLetter[] } }>(
    `query DeadLetters($importId: ID!, $first: Int!) {
      deadLetters(importId: $importId, first: $first) { totalCount nodes { rowNumber reasons } }
    }`,
    { importId, first: SHOWN_DEAD_LETTERS },
  );
  if (deadLetters.nodes.length === 0) return;
  const columns = [
    { title: 'row', align: 'right' as const },
    { title: 'why it was refused', flexible: true },
  ];
  const reasonWidth = terminal.width - 10;
  const rows = deadLetters.nodes.flatMap(({ rowNumber, reasons }) =>
    reasons
      .flatMap((reason) => wrapToWidth(printable(reason), reasonWidth))
      .map((line, index) => [index === 0 ? count(rowNumber) : '', line]),
  );
  terminal.lines(...table(columns, rows, terminal.width - 2));
  const more = deadLetters.totalCount - deadLetters.nodes.length;
  if (more > 0) terminal.lines(terminal.paint('dim', `… and ${count(more)} more, each with every reason there is.`));
}
