import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escalations, slaCycles, tickets } from '../../src/infrastructure/postgres/schema/tickets.ts';
import { EVER, LEAD, type LiveTickets, liveTickets, NOW } from '../support/live-tickets.ts';
import { naiveResolution, randomLogs } from '../support/naive-reports.ts';
import { describeOnEachReportStore, type OpenReports, type ReportPlace } from '../support/report-places.ts';

describeOnEachReportStore('the log of one ticket', contract);

function contract(open: OpenReports): void {
  let reports: ReportPlace;
  let live: LiveTickets;
  beforeAll(async () => {
    reports = await open(NOW);
    live = await liveTickets(reports);
  });
  afterAll(async () => {
    await reports?.close();
  });

  describe('the log of a live ticket', () => {
    it('follows it from its creation through a breach, a resolution and a reopening to its close', async () => {
      const id = await live.create({ assigneeId: live.assigneeId, title: 'Fax on fire', priority: 1 });
      expect(await reports.projectTicketLogs()).toBe(1);
      const first = await reports.behind.liveLog(id);
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
      expect(await reports.behind.liveLog(id)).toMatchObject(breached);

      const resolvedAt = new Date('2026-11-04T08:00:00Z');
      await live.change(id, { status: 'RESOLVED', resolvedAt, slaState: 'MET' }, 'ticket.status_changed');
      await reports.projectTicketLogs();
      expect(await reports.behind.liveLog(id)).toMatchObject({ status: 'RESOLVED', resolvedAt });

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
      expect(await reports.behind.liveLog(id)).toMatchObject({
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
      expect(await reports.behind.liveLog(id)).toMatchObject({
        ticketId: first?.ticketId,
        status: 'CLOSED',
        resolvedAt: closedAt,
        agent: null,
      });
    });

    it('goes when the ticket is deleted and comes back when it is restored', async () => {
      const id = await live.create();
      await reports.projectTicketLogs();
      await live.change(id, { deletedAt: NOW }, 'ticket.deleted');
      await reports.projectTicketLogs();
      expect(await reports.behind.liveLog(id)).toBeUndefined();
      await live.change(id, { deletedAt: null }, 'ticket.restored');
      await reports.projectTicketLogs();
      expect(await reports.behind.liveLog(id)).toMatchObject({ status: 'OPEN', clientName: 'Acme' });
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
      expect((await reports.averageResolution(LEAD, ofDay)).at(-1)).toMatchObject({
        tickets: 1,
        averageMinutes: 1_440,
      });
      await live.change(id, { status: 'IN_PROGRESS', resolvedAt: null }, 'ticket.status_changed');
      expect(await reports.averageResolution(LEAD, EVER)).toEqual(before);
      expect((await reports.averageResolution(LEAD, ofDay)).at(-1)?.tickets).toBe(0);
    });
  });

  describe('a rebuild', () => {
    it('makes the same logs and buckets from the tickets and the imported logs, whatever was there', async () => {
      const imported = randomLogs(21, 500, new Date('2026-01-01T00:00:00Z'), 300);
      await reports.behind.storeLogs(imported);
      await reports.projectTicketLogs();
      await reports.refreshReports();
      const logs = await reports.behind.liveLogs();
      const buckets = await reports.behind.buckets();

      await reports.behind.spoil();
      const [{ count } = { count: 0 }] = await reports.db.sql
        .select({ count: sql<number>`count(*)::int` })
        .from(tickets);
      expect(await reports.rebuildReports()).toBe(count);

      expect(await reports.behind.liveLogs()).toEqual(logs);
      expect(await reports.behind.buckets()).toEqual(buckets);
      const all = [...imported, ...logs];
      expect((await reports.averageResolution(LEAD, EVER)).map((row) => row.averageMinutes)).toEqual(
        naiveResolution(all, EVER).map((row) => row.counted.averageMinutes),
      );
      expect(await reports.projectTicketLogs()).toBe(0);
    });

    it('that was broken off is made good by the next projection', async () => {
      const buckets = await reports.behind.buckets();
      await reports.liveLogs.forget();
      await reports.projectTicketLogs();
      await reports.refreshReports();
      expect(await reports.behind.buckets()).toEqual(buckets);
    });
  });
}
