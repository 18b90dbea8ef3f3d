import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientTier, TicketStatus } from '../src/domain/enums.ts';
import type { LogFacts } from '../src/domain/report/ticket-log.ts';
import { generateWorkbook } from '../src/infrastructure/excel/generate-workbook.ts';
import { deskCalls } from './support/desk-calls.ts';
import { goodRow, HEADERS, workbook } from './support/import-pipeline.ts';
import { naiveAgents, naiveEscalated, naiveResolution, naiveWeeks } from './support/naive-reports.ts';
import { codeOf, type Person, startTestServer, type TestServer } from './support/server.ts';

const ROWS = 1_500;
const BAD = 60;
const MAX_BYTES = 2_000_000;
const EVER = { from: null, to: null };

interface Process {
  id: string;
  filename: string;
  sizeBytes: number;
  sha256: string;
  status: string;
  totalRows: number | null;
  processedRows: number;
  succeededRows: number;
  failedRows: number;
  retriedRows: number;
  error: string | null;
  uploadedBy: { id: string };
  finishedAt: string | null;
}
interface Letter {
  id: string;
  importId: string;
  rowNumber: number;
  headers: string[];
  values: (string | null)[];
  reasons: string[];
  attempts: number;
}
const PROCESS = `id filename sizeBytes sha256 status totalRows processedRows succeededRows failedRows retriedRows error
  uploadedBy { id } finishedAt`;
const UPLOAD = `mutation ($file: Upload!) { importTickets(file: $file) { ${PROCESS} } }`;
const PROGRESS = `subscription ($id: ID!) { importProgress(id: $id) { ${PROCESS} } }`;
const LETTERS = `query ($id: ID, $after: String) { deadLetters(importId: $id, first: 25, after: $after) { totalCount
  nodes { id importId rowNumber headers values reasons attempts } pageInfo { hasNextPage endCursor } } }`;

let server: TestServer;
let lead: Person;
let folder: string;
let bytes: Buffer;
/** The import of the generated workbook, once it has ended. */
let ended: Process;
beforeAll(async () => {
  server = await startTestServer({ env: { IMPORT_MAX_BYTES: String(MAX_BYTES), IMPORT_CHUNK_ROWS: '100' } });
  lead = await server.person('SUPERVISOR');
  folder = await mkdtemp(join(tmpdir(), 'e2e-import-'));
  const out = join(folder, 'tickets.xlsx');
  await generateWorkbook({ rows: ROWS, badShare: BAD / ROWS, seed: 20, out, now: new Date() });
  bytes = await readFile(out);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function upload(content: Uint8Array, name = 'tickets.xlsx'): Promise<Process> {
  const { data, errors } = await lead.upload<{ importTickets: Process }>(UPLOAD, { bytes: content, name });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.importTickets;
}

/** Every state that a subscriber is told, up to the last. */
async function statesOf(id: string): Promise<Process[]> {
  const feed = lead.subscribe<{ importProgress: Process }>(PROGRESS, { id });
  expect(await feed.ended).toEqual({ kind: 'complete' });
  await feed.stop();
  return feed.waiting.map(({ importProgress }) => importProgress);
}

async function lastState(id: string): Promise<Process> {
  const last = (await statesOf(id)).at(-1);
  if (!last) throw new Error('There was no state.');
  return last;
}

async function letters(id: string): Promise<Letter[]> {
  const found: Letter[] = [];
  let after: string | null = null;
  do {
    type Page = { totalCount: number; nodes: Letter[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    const { deadLetters }: { deadLetters: Page } = await lead.ask(LETTERS, { id, after });
    found.push(...deadLetters.nodes);
    after = deadLetters.pageInfo.hasNextPage ? deadLetters.pageInfo.endCursor : null;
  } while (after);
  return found;
}

describe('a workbook of history', () => {
  it('goes in, with progress told from the present state to the end', async () => {
    const began = await upload(bytes, '../my tickets.xlsx');
    expect(began).toMatchObject({
      filename: 'my tickets.xlsx',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      uploadedBy: { id: lead.id },
    });
    const states = await statesOf(began.id);
    for (const [i, { processedRows, succeededRows, failedRows }] of states.entries()) {
      expect(processedRows).toBe(succeededRows + failedRows);
      expect(processedRows).toBeGreaterThanOrEqual(states[i - 1]?.processedRows ?? 0);
    }
    expect(states.length).toBeGreaterThan(1);
    ended = states.at(-1) ?? began;
    expect(ended).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      totalRows: ROWS,
      processedRows: ROWS,
      succeededRows: ROWS - BAD,
      failedRows: BAD,
      error: null,
      finishedAt: expect.any(String),
    });
    // Who comes late is told the state in which it ended, and the end.
    expect(await statesOf(began.id)).toEqual([ended]);
  });

  it('leaves each bad row as a dead letter: its cells as they stand there, and why', async () => {
    const dead = await letters(ended.id);
    expect(dead).toHaveLength(BAD);
    expect(new Set(dead.map(({ rowNumber }) => rowNumber)).size).toBe(BAD);
    const sheet = await sheetOf(bytes);
    for (const { rowNumber, headers, values, reasons, attempts, importId } of dead) {
      expect({ headers, attempts, importId }).toEqual({ headers: sheet.headers, attempts: 1, importId: ended.id });
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons.every((reason) => reason.length > 10)).toBe(true);
      const row = sheet.rows.get(rowNumber) ?? [];
      for (const [column, cell] of row.entries()) {
        if (typeof cell === 'string') expect(values[column]).toBe(cell);
        if (cell === null) expect(values[column]).toBe(null);
      }
    }
  });

  it('gives the five reports that a naive count of its rows gives', async () => {
    await expectReports(await factsOf(bytes, await letters(ended.id)));
  });

  it('that is uploaded again, byte for byte, is the same import', async () => {
    expect(await upload(bytes, 'another name.xlsx')).toEqual(ended);
    const { importProcesses } = await lead.ask<{ importProcesses: { totalCount: number; nodes: { id: string }[] } }>(
      '{ importProcesses { totalCount nodes { id } } }',
    );
    expect(importProcesses).toEqual({ totalCount: 1, nodes: [{ id: ended.id }] });
  });

  it('shares its reports with live tickets, as soon as they are resolved', async () => {
    const desk = deskCalls(server);
    const agent = await server.person('AGENT');
    const [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];
    const ids = [
      await desk.ticket(vip, { assigneeId: agent.id }),
      await desk.ticket(normal, { assigneeId: agent.id }),
      await desk.ticket(normal),
    ];
    await desk.status(ids[0] ?? '', 'RESOLVED');
    await desk.status(ids[1] ?? '', 'CLOSED');
    const facts = await factsOf(bytes, await letters(ended.id));
    const view = `query ($id: ID!) { ticket(id: $id) { status createdAt resolvedAt client { tier } assignee { email } } }`;
    for (const id of ids) {
      const { ticket } = await lead.ask<{ ticket: LiveView }>(view, { id });
      facts.push({
        clientType: ticket.client.tier,
        status: ticket.status,
        createdAt: new Date(ticket.createdAt),
        resolvedAt: ticket.resolvedAt ? new Date(ticket.resolvedAt) : null,
        agent: ticket.assignee?.email ?? null,
        escalationLevel: 0,
        escalatedAt: null,
        breached: false,
        breachedAt: null,
      });
    }
    await expectReports(facts);
  });
});

describe('dead letters', () => {
  const RETRY = `mutation ($id: ID!, $ids: [ID!]) { retryDeadLetters(importId: $id, ids: $ids) { ${PROCESS} } }`;
  const DISCARD = 'mutation ($id: ID!, $ids: [ID!]) { discardDeadLetters(importId: $id, ids: $ids) }';

  it('that break the rules fail again when they are retried: one attempt more, the counters as they were', async () => {
    const before = await letters(ended.id);
    const some = before.slice(0, 5).map(({ id }) => id);
    const { retryDeadLetters } = await lead.ask<{ retryDeadLetters: Process }>(RETRY, { id: ended.id, ids: some });
    expect(retryDeadLetters).toMatchObject({ status: 'RUNNING', failedRows: BAD, processedRows: ROWS });
    const after = await lastState(ended.id);
    expect(after).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      failedRows: BAD,
      processedRows: ROWS,
      retriedRows: 5,
    });
    const byId = new Map((await letters(ended.id)).map((letter) => [letter.id, letter]));
    for (const { id, attempts, reasons } of before) {
      const expected = some.includes(id) ? attempts + 1 : attempts;
      expect(byId.get(id)).toMatchObject({ attempts: expected, reasons });
    }
  });

  it('of another import, or unknown, are not found, and none is touched then', async () => {
    const [first] = await letters(ended.id);
    const ids = [first?.id, '01900000-0000-7000-8000-000000000000'];
    for (const mutation of [RETRY, DISCARD]) {
      expect(codeOf(await lead.send(mutation, { id: ended.id, ids }))).toBe('NOT_FOUND');
    }
    expect(await letters(ended.id)).toHaveLength(BAD);
  });

  it('can be discarded, some and then all: the counters stay, and nothing is left to retry', async () => {
    const some = (await letters(ended.id)).slice(0, 7).map(({ id }) => id);
    expect(await lead.ask(DISCARD, { id: ended.id, ids: some })).toEqual({ discardDeadLetters: 7 });
    const left = await letters(ended.id);
    expect(left).toHaveLength(BAD - 7);
    expect(left.some(({ id }) => some.includes(id))).toBe(false);
    expect(await lead.ask(DISCARD, { id: ended.id })).toEqual({ discardDeadLetters: BAD - 7 });
    expect(await letters(ended.id)).toEqual([]);
    expect(codeOf(await lead.send(RETRY, { id: ended.id }))).toBe('CONFLICT');
    expect(await lastState(ended.id)).toMatchObject({ failedRows: BAD, processedRows: ROWS });
  });
});

describe('an upload', () => {
  it('is updated row by row when a corrected file brings the same ids', async () => {
    const logs = async () => (await server.sql('SELECT id FROM ticket_logs')).length;
    const first = await upload(await workbook([goodRow('X1'), goodRow('X2', { 2: 'gold' })]), 'first.xlsx');
    expect(await lastState(first.id)).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      succeededRows: 1,
      failedRows: 1,
    });
    const between = await logs();
    const corrected = await upload(await workbook([goodRow('X1', { 6: 2 }), goodRow('X2')]), 'second.xlsx');
    expect(await lastState(corrected.id)).toMatchObject({ status: 'COMPLETED', succeededRows: 2, failedRows: 0 });
    expect(await logs()).toBe(between + 1);
  });

  it.each([
    ['no workbook', async () => Buffer.from('Dear all, please find attached')],
    ['an empty file', async () => Buffer.alloc(0)],
    ['a workbook cut short', async () => bytes.subarray(0, bytes.length / 2)],
    ['no rows under the header', () => workbook([])],
    ['no column of ids', () => workbook([goodRow('A')], ['name', ...HEADERS.slice(1)])],
  ])('of %s fails whole, with a sentence that says why', async (_, make) => {
    const process = await upload(await make());
    const last = await lastState(process.id);
    expect(last).toMatchObject({ status: 'FAILED', succeededRows: 0, error: expect.stringMatching(/^[A-Z].+\.$/s) });
    // A failed one does not stand in the way of the same bytes.
    expect((await upload(await make())).id).not.toBe(process.id);
  });

  it('above the limit is PAYLOAD_TOO_LARGE, and there is no import of it', async () => {
    const count = async () => (await server.sql('SELECT id FROM import_processes')).length;
    const before = await count();
    const answer = await lead.upload(UPLOAD, { bytes: new Uint8Array(MAX_BYTES + 1), name: 'big.xlsx' });
    expect(answer.status).toBe(413);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', max: MAX_BYTES });
    expect(await count()).toBe(before);
  });

  it('without apollo-require-preflight is refused whole', async () => {
    const answer = await lead.upload(UPLOAD, { bytes, name: 'tickets.xlsx' }, {});
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions?.code).toBe('VALIDATION_FAILED');
  });
});

describe('queueStats', () => {
  it('counts the jobs of every queue by their state', async () => {
    const { queueStats } = await lead.ask<{ queueStats: Record<string, number | string | boolean>[] }>(
      '{ queueStats { name waiting active delayed completed failed paused } }',
    );
    const names = queueStats.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['imports', 'import-chunks', 'import-rows', 'sla-sweep']));
    for (const { name, paused, ...counts } of queueStats) {
      expect(Object.values(counts).every((count) => Number.isInteger(count) && Number(count) >= 0)).toBe(true);
      expect(paused).toBe(false);
    }
    const chunks = queueStats.find(({ name }) => name === 'import-chunks');
    expect(chunks?.completed).toBeGreaterThanOrEqual(ROWS / 100);
    expect(chunks?.failed).toBe(0);
  });
});

it('nothing of all this failed for a reason that nobody foresaw', () => {
  expect(server.log).toEqual([]);
});

interface LiveView {
  status: TicketStatus;
  createdAt: string;
  resolvedAt: string | null;
  client: { tier: ClientTier };
  assignee: { email: string } | null;
}

const REPORTS = `{ reports { asOf
  averageResolution { tier tickets averageMinutes medianMinutes p90Minutes }
  escalatedPerMonth { month tier escalated total }
  topAgents(limit: 5) { agent resolved averageMinutes breached slaMetPercent }
  weeklyStatus(weeks: 20) { week opened resolved closed escalated breached backlog }
  lastProcesses(limit: 1) { id } } }`;

interface ReportsView {
  asOf: string;
  averageResolution: {
    tier: string | null;
    tickets: number;
    averageMinutes: number;
    medianMinutes: number;
    p90Minutes: number;
  }[];
  escalatedPerMonth: unknown[];
  topAgents: unknown[];
  weeklyStatus: ({ week: string } & Record<string, unknown>)[];
  lastProcesses: { id: string }[];
}

/** Counts and averages to the last digit, quantiles within one percent. */
async function expectReports(facts: readonly LogFacts[]): Promise<void> {
  const asked = Date.now();
  const { reports } = await lead.ask<{ reports: ReportsView }>(REPORTS);
  const now = new Date();
  expect(Date.parse(reports.asOf)).toBeGreaterThan(asked - 1_000);
  const naive = naiveResolution(facts, EVER);
  for (const [i, { medianMinutes, p90Minutes, ...counted }] of reports.averageResolution.entries()) {
    expect(counted).toEqual(naive[i]?.counted);
    expect(Math.abs(medianMinutes / (naive[i]?.medianMinutes ?? 0) - 1)).toBeLessThanOrEqual(0.01);
    expect(Math.abs(p90Minutes / (naive[i]?.p90Minutes ?? 0) - 1)).toBeLessThanOrEqual(0.01);
  }
  expect(reports.escalatedPerMonth).toEqual(naiveEscalated(facts, EVER, now));
  expect(reports.topAgents).toEqual(naiveAgents(facts, EVER, 5));
  expect(reports.weeklyStatus.map(({ week: _, ...counts }) => counts)).toEqual(naiveWeeks(facts, 20, now));
  expect(reports.lastProcesses).toEqual([{ id: ended.id }]);
}

/** The cells of a workbook by row number, read by another reader than the product's. */
async function sheetOf(content: Buffer) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(new Uint8Array(content).buffer);
  const rows = new Map<number, ExcelJS.CellValue[]>();
  book.worksheets[0]?.eachRow((row, number) => {
    const cells = Array.isArray(row.values) ? row.values.slice(1) : [];
    rows.set(
      number,
      Array.from(cells, (cell) => cell ?? null),
    );
  });
  return { headers: (rows.get(1) ?? []).map(String), rows };
}

const TARGET_MS: Record<string, number> = { VIP: 120 * 60_000, NORMAL: 1_440 * 60_000 };

/** What each good row says, taken from the sheet as anyone would. */
async function factsOf(content: Buffer, dead: readonly Letter[]): Promise<LogFacts[]> {
  const { headers, rows } = await sheetOf(content);
  const bad = new Set(dead.map(({ rowNumber }) => rowNumber));
  const facts: LogFacts[] = [];
  for (const [number, cells] of rows) {
    if (number === 1 || bad.has(number)) continue;
    const cell = (header: string) => cells[headers.indexOf(header)] ?? null;
    const text = (header: string) =>
      String(cell(header))
        .trim()
        .toUpperCase()
        .replace(/[\s-]+/g, '_');
    const instant = (header: string) => (cell(header) === null ? null : new Date(cell(header) as string | Date));
    const createdAt = instant('Created') ?? new Date(Number.NaN);
    const resolvedAt = instant('Resolved');
    const tier = text('Tier') as ClientTier;
    const escalationLevel = Number(cell('Escalation') ?? 0);
    const breached = resolvedAt !== null && resolvedAt.getTime() - createdAt.getTime() > (TARGET_MS[tier] ?? 0);
    facts.push({
      clientType: tier,
      status: text('Status') as TicketStatus,
      createdAt,
      resolvedAt,
      agent: cell('Agent Email') === null ? null : String(cell('Agent Email')).trim().toLowerCase(),
      escalationLevel,
      escalatedAt: escalationLevel > 0 ? createdAt : null,
      breached,
      breachedAt: breached ? createdAt : null,
    });
  }
  return facts;
}
