import { randomUUID } from 'node:crypto';
import { isNotNull, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ticketLogs } from '../src/infrastructure/postgres/schema/reports.ts';
import { escalations, slaCycles, tickets } from '../src/infrastructure/postgres/schema/tickets.ts';
import { EVER, LEAD, type LiveTickets, liveTickets, NOW } from './support/live-tickets.ts';
import { naiveResolution, randomLogs } from './support/naive-reports.ts';
import { bucketsOf, createReports, type Reports, storeLogs } from './support/reports.ts';

let reports: Reports;
let live: LiveTickets;
beforeAll(async () => {
  reports = await createReports(NOW);
  live = await liveTickets(reports);
});
afterAll(async () => {
  await reports?.[Symbol.asyncDispose]();
});

describe('the log of a live ticket', () => {
  it('follows it from its creation through a breach, a resolution and a reopening to its close', async () => {
    const id = await live.create({ assigneeId: live.assigneeId, title: 'Fax on fire', priority: 1 });
    expect(await reports.projectTicketLogs()).toBe(1);
    const first = await live.logOf(id);
    expect(first).toMatchObject({
      clientName: 'Acme',
      clientType: 'VIP',
      status: 'OPEN',
      createdAt: new Date('2026-11-02T08:00:00Z'),
      resolvedAt: null,
      agent: 'ada@desk.example',
      priority: 1,
      escalationLevel: 0,
      escalatedAt: null,
      breached: false,
      breachedAt: null,
      title: 'Fax on fire',
      externalId: null,
    });

    const dueAt = new Date('2026-11-02T10:00:00Z');
    const escalated = new Date('2026-11-02T10:00:00.040Z');
    await live.change(id, { status: 'ESCALATED', escalationLevel: 1, slaBreachedAt: dueAt }, 'sla.breached', (tx) =>
      tx.sql.insert(escalations).values([
        {
          id: randomUUID(),
          ticketId: id,
          cycle: 1,
          level: 0,
          reason: 'breach',
          escalatedAt: new Date('2026-11-02T09:00:00Z'),
        },
        { id: randomUUID(), ticketId: id, cycle: 1, level: 1, reason: 'breach', escalatedAt: escalated },
        {
          id: randomUUID(),
          ticketId: id,
          cycle: 1,
          level: 2,
          reason: 'breach',
          escalatedAt: new Date('2026-11-03T10:00:00Z'),
        },
      ]),
    );
    await reports.projectTicketLogs();
    const breached = {
      status: 'ESCALATED',
      escalationLevel: 1,
      escalatedAt: escalated,
      breached: true,
      breachedAt: dueAt,
    };
    expect(await live.logOf(id)).toMatchObject(breached);

    const resolvedAt = new Date('2026-11-04T08:00:00Z');
    await live.change(id, { status: 'RESOLVED', resolvedAt, slaState: 'MET' }, 'ticket.status_changed');
    await reports.projectTicketLogs();
    expect(await live.logOf(id)).toMatchObject({ status: 'RESOLVED', resolvedAt });

    // Reopened: the present cycle knows of no breach, but the ticket has broken a promise.
    const cleared = {
      status: 'IN_PROGRESS',
      resolvedAt: null,
      escalationLevel: 0,
      slaBreachedAt: null,
      slaCycle: 2,
    } as const;
    await live.change(id, cleared, 'ticket.status_changed', (tx) =>
      tx.sql.insert(slaCycles).values({
        ticketId: id,
        cycle: 1,
        tier: 'VIP',
        policyVersion: 1,
        startedAt: dueAt,
        breachedAt: dueAt,
        intervals: [],
      }),
    );
    await reports.projectTicketLogs();
    expect(await live.logOf(id)).toMatchObject({
      status: 'IN_PROGRESS',
      resolvedAt: null,
      escalationLevel: 0,
      escalatedAt: escalated,
      breached: true,
      breachedAt: dueAt,
    });

    const closedAt = new Date('2026-11-05T08:00:00Z');
    await live.change(
      id,
      { status: 'CLOSED', resolvedAt: closedAt, closedAt, assigneeId: null },
      'ticket.status_changed',
    );
    await reports.projectTicketLogs();
    expect(await live.logOf(id)).toMatchObject({ id: first?.id, status: 'CLOSED', resolvedAt: closedAt, agent: null });
  });

  it('goes when the ticket is deleted and comes back when it is restored', async () => {
    const id = await live.create();
    await reports.projectTicketLogs();
    await live.change(id, { deletedAt: NOW }, 'ticket.deleted');
    await reports.projectTicketLogs();
    expect(await live.logOf(id)).toBeUndefined();
    await live.change(id, { deletedAt: null }, 'ticket.restored');
    await reports.projectTicketLogs();
    expect(await live.logOf(id)).toMatchObject({ status: 'OPEN', clientName: 'Acme' });
  });

  it('is in the next report, on its old days no more and on its new days', async () => {
    const before = await reports.averageResolution(LEAD, EVER);
    const id = await live.create({ createdAt: new Date('2026-11-10T08:00:00Z') });
    await live.change(
      id,
      { status: 'RESOLVED', resolvedAt: new Date('2026-11-11T08:00:00Z') },
      'ticket.status_changed',
    );
    const resolved = await reports.averageResolution(LEAD, EVER);
    expect(resolved.at(-1)?.tickets).toBe((before.at(-1)?.tickets ?? 0) + 1);
    const ofDay = { from: new Date('2026-11-11T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') };
    expect((await reports.averageResolution(LEAD, ofDay)).at(-1)).toMatchObject({ tickets: 1, averageMinutes: 1_440 });
    await live.change(id, { status: 'IN_PROGRESS', resolvedAt: null }, 'ticket.status_changed');
    expect(await reports.averageResolution(LEAD, EVER)).toEqual(before);
    expect((await reports.averageResolution(LEAD, ofDay)).at(-1)?.tickets).toBe(0);
  });
});

describe('a rebuild', () => {
  it('makes the same logs and buckets from the tickets and the imported logs, whatever was there', async () => {
    const imported = randomLogs(21, 500, new Date('2026-01-01T00:00:00Z'), 300);
    await reports.db.transaction((tx) => storeLogs(tx.sql, imported));
    await reports.projectTicketLogs();
    await reports.refreshReports();
    const liveLogs = () =>
      reports.db.sql.select().from(ticketLogs).where(isNotNull(ticketLogs.ticketId)).orderBy(ticketLogs.ticketId);
    const logs = await liveLogs();
    const buckets = await bucketsOf(reports.db);

    await reports.db.sql.execute(sql`UPDATE report_buckets SET opened = opened + 1, resolution_sketch = ''`);
    await reports.db.sql.execute(sql`DELETE FROM report_agent_buckets WHERE span = 'MONTH'`);
    await reports.db.sql.execute(
      sql`UPDATE ticket_logs SET status = 'OPEN', resolved_at = NULL WHERE ticket_id IS NOT NULL`,
    );
    const [{ count } = { count: 0 }] = await reports.db.sql.select({ count: sql<number>`count(*)::int` }).from(tickets);
    expect(await reports.rebuildReports()).toBe(count);

    const withoutIds = (rows: typeof logs) => rows.map(({ id: _, ...log }) => log);
    expect(withoutIds(await liveLogs())).toEqual(withoutIds(logs));
    expect(await bucketsOf(reports.db)).toEqual(buckets);
    const all = [...imported, ...logs];
    expect((await reports.averageResolution(LEAD, EVER)).map((row) => row.averageMinutes)).toEqual(
      naiveResolution(all, EVER).map((row) => row.counted.averageMinutes),
    );
    expect(await reports.projectTicketLogs()).toBe(0);
  });

  it('that was broken off is made good by the next projection', async () => {
    const buckets = await bucketsOf(reports.db);
    await reports.liveLogs.forget();
    await reports.projectTicketLogs();
    await reports.refreshReports();
    expect(await bucketsOf(reports.db)).toEqual(buckets);
  });
});
