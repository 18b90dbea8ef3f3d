import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClientTier, TicketStatus } from '../src/domain/enums.ts';
import type { LogFacts } from '../src/domain/report/ticket-log.ts';
import { deskCalls } from './support/desk-calls.ts';
import { historyWorkbook, type ImportCalls, importCalls, PROCESS, type Process } from './support/import-calls.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { naiveAgents, naiveEscalated, naiveResolution, naiveWeeks } from './support/naive-reports.ts';
import { codeOf, type Person, startTestServer, type TestServer } from './support/server.ts';
import { factsOf, sheetOf } from './support/sheet-facts.ts';

const ROWS = 1_500;
const BAD = 60;
const EVER = { from: null, to: null };

describe('imports in Postgres', () => importSuite(async () => ({})));

describe.skipIf(mongoMissing)(`imports in MongoDB${mongoNote}`, () => {
  let mongo: TestMongo;
  afterAll(() => mongo.drop());
  importSuite(async () => {
    mongo = await createTestMongo();
    return { MONGO_URI: mongo.uri };
  });
});

/** The same tests of the whole server, whatever the variables of `env` say. */
function importSuite(env: () => Promise<Readonly<Record<string, string>>>): void {
  let server: TestServer;
  let lead: Person;
  let imports: ImportCalls;
  let bytes: Buffer;
  /** The import of the generated workbook, once it has ended. */
  let ended: Process;
  beforeAll(async () => {
    server = await startTestServer({ env: { IMPORT_CHUNK_ROWS: '100', ...(await env()) } });
    lead = await server.person('SUPERVISOR');
    imports = importCalls(lead);
    bytes = await historyWorkbook(ROWS, BAD);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describe('a workbook of history', () => {
    it('goes in, with progress told from the present state to the end', async () => {
      const began = await imports.upload(bytes, '../my tickets.xlsx');
      expect(began).toMatchObject({
        filename: 'my tickets.xlsx',
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        uploadedBy: { id: lead.id },
      });
      const states = await imports.statesOf(began.id);
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
      expect(await imports.statesOf(began.id)).toEqual([ended]);
    }, 120_000);

    it('leaves each bad row as a dead letter: its cells as they stand there, and why', async () => {
      const dead = await imports.letters(ended.id);
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
      await expectReports(await factsOf(bytes, await imports.letters(ended.id)));
    });

    it('that is uploaded again, byte for byte, is the same import', async () => {
      expect(await imports.upload(bytes, 'another name.xlsx')).toEqual(ended);
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
      const facts = await factsOf(bytes, await imports.letters(ended.id));
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
      const before = await imports.letters(ended.id);
      const some = before.slice(0, 5).map(({ id }) => id);
      const { retryDeadLetters } = await lead.ask<{ retryDeadLetters: Process }>(RETRY, { id: ended.id, ids: some });
      expect(retryDeadLetters).toMatchObject({ status: 'RUNNING', failedRows: BAD, processedRows: ROWS });
      const after = await imports.lastState(ended.id);
      expect(after).toMatchObject({
        status: 'COMPLETED_WITH_ERRORS',
        failedRows: BAD,
        processedRows: ROWS,
        retriedRows: 5,
      });
      const byId = new Map((await imports.letters(ended.id)).map((letter) => [letter.id, letter]));
      for (const { id, attempts, reasons } of before) {
        const expected = some.includes(id) ? attempts + 1 : attempts;
        expect(byId.get(id)).toMatchObject({ attempts: expected, reasons });
      }
    });

    it('of another import, or unknown, are not found, and none is touched then', async () => {
      const [first] = await imports.letters(ended.id);
      const ids = [first?.id, '01900000-0000-7000-8000-000000000000'];
      for (const mutation of [RETRY, DISCARD]) {
        expect(codeOf(await lead.send(mutation, { id: ended.id, ids }))).toBe('NOT_FOUND');
      }
      expect(await imports.letters(ended.id)).toHaveLength(BAD);
    });

    it('can be discarded, some and then all: the counters stay, and nothing is left to retry', async () => {
      const some = (await imports.letters(ended.id)).slice(0, 7).map(({ id }) => id);
      expect(await lead.ask(DISCARD, { id: ended.id, ids: some })).toEqual({ discardDeadLetters: 7 });
      const left = await imports.letters(ended.id);
      expect(left).toHaveLength(BAD - 7);
      expect(left.some(({ id }) => some.includes(id))).toBe(false);
      expect(await lead.ask(DISCARD, { id: ended.id })).toEqual({ discardDeadLetters: BAD - 7 });
      expect(await imports.letters(ended.id)).toEqual([]);
      expect(codeOf(await lead.send(RETRY, { id: ended.id }))).toBe('CONFLICT');
      expect(await imports.lastState(ended.id)).toMatchObject({ failedRows: BAD, processedRows: ROWS });
    });
  });

  describe('queueStats', () => {
    it('counts the jobs of every queue by their state', async () => {
      const { queueStats } = await lead.ask<{ queueStats: Record<string, number | string | boolean>[] }>(
        '{ queueStats { name waiting active delayed completed failed paused } }',
      );
      const names = queueStats.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['imports', 'import-first-chunks', 'import-chunks', 'import-rows', 'sla-sweep']),
      );
      for (const { name, paused, ...counts } of queueStats) {
        expect(Object.values(counts).every((count) => Number.isInteger(count) && Number(count) >= 0)).toBe(true);
        expect(paused).toBe(false);
      }
      const chunks = queueStats.filter(({ name }) => String(name).endsWith('-chunks'));
      const all = (state: string) => chunks.reduce((sum, counts) => sum + Number(counts[state]), 0);
      expect([all('completed') >= ROWS / 100, all('failed')]).toEqual([true, 0]);
    });
  });

  it('nothing of all this failed for a reason that nobody foresaw', () => {
    expect(server.log).toEqual([]);
  });

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
}

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
