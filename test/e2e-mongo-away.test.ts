import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { followAlerts } from './support/follow.ts';
import { importCalls, type Process, UPLOAD } from './support/import-calls.ts';
import { goodRow, workbook } from './support/import-pipeline.ts';
import { ledgerOf, printLedger } from './support/ledger.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { codeOf, eventually, startTestServer, type TestServer } from './support/server.ts';
import { nextAlert, secondsAgo } from './support/sla-view.ts';
import { patience, rounds } from './support/soak.ts';
import { SteadyLoad } from './support/steady-load.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

const REPORTS = '{ reports { weeklyStatus(weeks: 1) { opened backlog } topAgents(limit: 3) { agent resolved } } }';
const PROCESSED = 'query ($id: ID!) { importProcess(id: $id) { processedRows } }';
const PATIENCE_MS = 120_000;
const ROWS = rounds(160, 1_000);
/** How long MongoDB is away at least: as long as it takes to look at everything, and 20 s in the soak. */
const AWAY_MS = rounds(1, 20_000);
/** Each time it stops, or hangs and answers nobody. */
const ABSENCES = Array.from({ length: rounds(1, 10) }, (_, round) => (round % 2 ? 'freeze' : 'cut'));

interface Reports {
  readonly reports: { readonly weeklyStatus: readonly { readonly opened: number }[] };
}

describe.skipIf(mongoMissing)(`a server whose MongoDB is away${mongoNote}`, { timeout: PATIENCE_MS }, () => {
  let mongo: TestMongo;
  let proxy: TcpProxy;
  /** Through the proxy, a database of its own for each server. */
  const uriOf = (name: string) => {
    const uri = new URL(mongo.uri);
    uri.port = String(proxy.port);
    uri.pathname += `_${name}`;
    return uri.href;
  };
  beforeAll(async () => {
    mongo = await createTestMongo();
    const direct = new URL(mongo.uri);
    proxy = await startTcpProxy({ host: direct.hostname, port: Number(direct.port || 27_017) });
  });
  afterAll(async () => {
    await proxy?.close();
    await mongo?.drop();
  });

  const opened = async (server: TestServer) =>
    (await server.admin.send<Reports>(REPORTS)).data?.reports.weeklyStatus[0]?.opened ?? null;
  const health = async (server: TestServer) => {
    const response = await server.nobody.get('/health/ready');
    const { status, checks } = (await response.json()) as {
      status: string;
      checks: Record<string, { status: string }>;
    };
    return { http: response.status, status, mongo: checks.mongo?.status };
  };
  /** Goes away, and is back once `back` is called. */
  const leave = async (how: 'cut' | 'freeze') => {
    await (how === 'cut' ? proxy.cut() : proxy.freeze());
    return { back: () => (how === 'cut' ? proxy.restore() : proxy.thaw()) };
  };

  it(
    'keeps its promises under load, says what is UNAVAILABLE, and catches up by itself: nothing is lost or repeated',
    async () => {
      await using server = await startTestServer({ env: { MONGO_URI: uriOf('load'), IMPORT_CHUNK_ROWS: '20' } });
      const client = new MongoClient(new URL(uriOf('load').replace(String(proxy.port), new URL(mongo.uri).port)).href);
      const logs = client.db().collection<{ ticketId: string | null; externalId: string | null }>('ticket_logs');
      const found = async (field: 'ticketId' | 'externalId') =>
        (await logs.find({ [field]: { $ne: null } }).toArray()).map((log) => log[field] ?? '');
      const desk = deskCalls(server);
      const feed = followAlerts(server.admin, await desk.cursor());
      const [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];
      const imports = importCalls(server.admin);
      const load = new SteadyLoad({ caller: () => server.admin, clientId: normal, clients: 2, pauseMs: 100 });

      for (const [round, how] of ABSENCES.entries()) {
        const sheet = Array.from({ length: ROWS }, (_, row) => ({ id: `T-${round}-${row}`, isBad: row % 50 === 7 }));
        const rows = sheet.map(({ id, isBad }) => goodRow(id, isBad ? { 2: 'GOLD' } : {}));
        const { id } = await imports.upload(await workbook(rows));
        await eventually(
          async () => (await server.admin.ask<{ importProcess: Process }>(PROCESSED, { id })).importProcess,
          ({ processedRows }) => processedRows > 0,
        );

        const { back } = await leave(how);
        const awayAt = performance.now();
        const before = load.acknowledged.length;
        const due = await desk.ticket(vip);
        await server.makeDue(due, secondsAgo(0));
        expect(await nextAlert(feed)).toMatchObject({ kind: 'BREACHED', ticket: { id: due } });
        const answer = await server.admin.send(REPORTS);
        expect(codeOf(answer)).toBe('UNAVAILABLE');
        expect(answer.errors?.[0]?.extensions).toMatchObject({ retryAfterSeconds: 2 });
        const upload = await server.admin.upload(UPLOAD, { bytes: Buffer.from('any'), name: 'any.xlsx' });
        expect(codeOf(upload)).toBe('UNAVAILABLE');
        expect(await health(server)).toMatchObject({ http: 200, status: 'degraded', mongo: 'down' });
        await eventually(
          async () => performance.now() - awayAt,
          (milliseconds) => milliseconds >= AWAY_MS,
        );
        expect(load.acknowledged.length).toBeGreaterThan(before);

        await back();
        const backAt = performance.now();
        await eventually(
          () => opened(server),
          (count) => count !== null,
        );
        const healed = performance.now() - backAt;
        expect(await health(server)).toMatchObject({ http: 200, mongo: 'up' });
        const bad = sheet.filter(({ isBad }) => isBad).length;
        const done = { status: 'COMPLETED_WITH_ERRORS', succeededRows: ROWS - bad, failedRows: bad, retriedRows: 0 };
        expect(await imports.lastState(id)).toMatchObject(done);
        const imported = performance.now() - backAt;
        expect(await imports.letters(id)).toHaveLength(bad);
        const good = sheet.filter(({ isBad }) => !isBad).map((row) => row.id);
        const ledger = ledgerOf(good, await found('externalId'));
        expect(ledger).toMatchObject({ lost: 0, repeated: 0 });
        printLedger(`rows, MongoDB away (${how}) for ${AWAY_MS} ms`, ledger, {
          'healed after': Math.round(healed),
          'imported after': Math.round(imported),
        });
      }

      await load.stop();
      expect(load.refused).toBe(0);
      const ledger = await eventually(
        async () => ledgerOf(load.acknowledged, await found('ticketId')),
        ({ lost }) => lost === 0,
      );
      expect(ledger.repeated).toBe(0);
      printLedger('tickets opened meanwhile, and their logs', ledger);
      await feed.stop();
      await client.close();
    },
    patience(PATIENCE_MS),
  );

  it('may be away when the server starts: collections are made when it is there; and it may hang', async () => {
    await proxy.cut();
    await using server = await startTestServer({ env: { MONGO_URI: uriOf('late') } });
    const desk = deskCalls(server);
    await desk.ticket(await desk.client('NORMAL'));
    expect(codeOf(await server.admin.send(REPORTS))).toBe('UNAVAILABLE');
    const isBack = () =>
      eventually(
        () => opened(server),
        (count) => count !== null,
      );
    await proxy.restore();
    expect(await isBack()).toBe(1);

    proxy.freeze();
    expect(codeOf(await server.admin.send(REPORTS))).toBe('UNAVAILABLE');
    proxy.thaw();
    expect(await isBack()).toBe(1);
  });

  it('does not start with what a person has to mend', async () => {
    await expect(startTestServer({ env: { MONGO_URI: 'mongodb://host:port/x' } })).rejects.toThrow(/MONGO_URI/);
  });
});
