import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mongoReportStores } from '../src/compose-mongo-reports.ts';
import { composeMove } from '../src/compose-move.ts';
import { postgresReportStores } from '../src/compose-report-stores.ts';
import { STORE_COLLECTIONS } from '../src/infrastructure/mongo/collection-plans.ts';
import { Mongo } from '../src/infrastructure/mongo/mongo.ts';
import { TICKET_LOGS } from '../src/infrastructure/mongo/ticket-logs.ts';
import { EVER, LEAD, liveTickets, NOW } from './support/live-tickets.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { naiveAgents, naiveResolution, randomLogs } from './support/naive-reports.ts';
import { silent } from './support/open-queues.ts';
import { openOnPostgres, type ReportPlace } from './support/report-places.ts';
import { reportsFrom } from './support/reports.ts';

const IMPORTED = 250;
const AT_ONCE = 100;
const PATIENCE_MS = 120_000;

describe.skipIf(mongoMissing)(`moving between the stores${mongoNote}`, { timeout: PATIENCE_MS }, () => {
  const imported = randomLogs(31, IMPORTED, new Date('2026-10-05T00:00:00Z'), 20);
  let server: TestMongo;
  let mongo: Mongo;
  let postgres: ReportPlace;
  beforeAll(async () => {
    server = await createTestMongo();
    const limits = { requestMs: 20_000, workMs: 20_000 };
    const open = { uri: server.uri, collections: STORE_COLLECTIONS, applicationName: 'test', ...limits, log: silent };
    mongo = await Mongo.open(open);
    postgres = await openOnPostgres(NOW);
    await postgres.behind.storeLogs(imported);
    const live = await liveTickets(postgres);
    await live.create({ assigneeId: live.assigneeId });
    const resolved = { status: 'RESOLVED', resolvedAt: new Date('2026-11-04T08:00:00Z') } as const;
    await live.create({ assigneeId: live.assigneeId, ...resolved });
    await live.create({ deletedAt: NOW });
  });
  afterAll(async () => {
    await mongo?.close();
    await postgres?.close();
    await server?.drop();
  });

  const move = (onProgress: (name: string, copied: number) => void = () => undefined) =>
    composeMove({ db: postgres.db, mongo, newId: randomUUID, logger: silent, onProgress, logsAtOnce: AT_ONCE });
  const databases = () => ({ db: postgres.db, workDb: postgres.db, newId: randomUUID });
  const inMongo = () => reportsFrom(mongoReportStores(mongo, databases()), NOW);
  const inPostgres = () => reportsFrom(postgresReportStores(databases()), NOW);
  const reportsOf = async (reports: ReturnType<typeof inMongo>) => [
    await reports.averageResolution(LEAD, EVER),
    await reports.escalatedPerMonth(LEAD, EVER),
    await reports.topAgents(LEAD, { ...EVER, limit: 100 }),
    await reports.weeklyStatus(LEAD, { weeks: 20 }),
  ];
  const logsInMongo = async () => (await mongo.forWork()).db.collection(TICKET_LOGS);

  it('to MongoDB goes on where it was broken off, and both give the same reports', async () => {
    const pages: number[] = [];
    const broken = move((_, copied) => {
      pages.push(copied);
      if (pages.length === 2) throw new Error('broken off');
    });
    await expect(broken('to-mongo', { replace: false })).rejects.toThrow('broken off');
    expect(pages).toEqual([AT_ONCE, AT_ONCE]);

    const result = await move((_, copied) => pages.push(copied))('to-mongo', { replace: false });
    expect(pages).toEqual([AT_ONCE, AT_ONCE, 50]);
    expect(result).toMatchObject({ kind: 'moved' });
    expect(result).toHaveProperty(
      'compared',
      expect.arrayContaining([{ name: 'imported logs', from: '250', to: '250' }]),
    );
    expect(result).toHaveProperty(
      'compared',
      expect.arrayContaining([{ name: 'logs in the reports', from: '252', to: '252' }]),
    );
    const reports = await reportsOf(inMongo());
    expect(reports).toEqual(await reportsOf(inPostgres()));
    const logs = [...imported, ...(await postgres.behind.liveLogs())];
    expect(reports[2]).toEqual(naiveAgents(logs, EVER, 100));
    expect(await inMongo().projectTicketLogs()).toBe(0);
  });

  it('begins nothing where something is already, unless that may be replaced', async () => {
    expect(await move()('to-mongo', { replace: false })).toEqual({ kind: 'occupied', names: ['imported logs'] });
    expect(await (await logsInMongo()).countDocuments({ externalId: { $ne: null } })).toBe(IMPORTED);
    expect(await move()('to-mongo', { replace: true })).toMatchObject({ kind: 'moved' });
  });

  it('tells when the stores differ in the end', async () => {
    const broken = move(() => {
      throw new Error('broken off');
    });
    await expect(broken('to-mongo', { replace: true })).rejects.toThrow('broken off');
    const logs = await logsInMongo();
    const one = await logs.findOne({ externalId: { $ne: null } });
    // A server that was not stopped has taken an import meanwhile.
    await logs.insertOne({ ...one, _id: 'import/other' as never, externalId: 'other' });
    const result = await move()('to-mongo', { replace: false });
    expect(result).toMatchObject({ kind: 'differs' });
    expect(result).toHaveProperty(
      'compared',
      expect.arrayContaining([{ name: 'imported logs', from: '250', to: '251' }]),
    );
    expect(await move()('to-mongo', { replace: true })).toMatchObject({ kind: 'moved' });
  });

  it('back to Postgres brings the same logs and reports', async () => {
    const before = await reportsOf(inMongo());
    expect(await move()('to-postgres', { replace: false })).toMatchObject({ kind: 'occupied' });
    expect(await move()('to-postgres', { replace: true })).toMatchObject({ kind: 'moved' });
    expect(await reportsOf(inPostgres())).toEqual(before);
    const rows = await inPostgres().averageResolution(LEAD, EVER);
    const logs = [...imported, ...(await postgres.behind.liveLogs())];
    expect(rows.map((row) => row.averageMinutes)).toEqual(
      naiveResolution(logs, EVER).map((row) => row.counted.averageMinutes),
    );
  });
});
