import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tickets } from '../../src/infrastructure/postgres/schema/tickets.ts';
import { EVER, eventOf, LEAD, type LiveTickets, liveTickets, NOW } from '../support/live-tickets.ts';
import { naiveAgents, naiveWeeks, randomLogs } from '../support/naive-reports.ts';
import { describeOnEachReportStore, type OpenReports, type ReportPlace } from '../support/report-places.ts';

describeOnEachReportStore('the logs of live tickets', contract);

function contract(open: OpenReports): void {
  let reports: ReportPlace;
  let live: LiveTickets;
  beforeAll(async () => {
    reports = await open(NOW);
    live = await liveTickets(reports);
    // A log of every kind to begin with: open, resolved, reopened, deleted and restored.
    await live.create({ assigneeId: live.assigneeId });
    const resolved = { status: 'RESOLVED', resolvedAt: new Date('2026-11-04T08:00:00Z') } as const;
    for (const after of [null, { status: 'IN_PROGRESS', resolvedAt: null } as const]) {
      const id = await live.create({ assigneeId: live.assigneeId });
      await live.change(id, resolved, 'ticket.status_changed');
      if (after) await live.change(id, after, 'ticket.status_changed');
    }
    const restored = await live.create();
    await live.change(restored, { deletedAt: NOW }, 'ticket.deleted');
    await live.change(restored, { deletedAt: null }, 'ticket.restored');
  });
  afterAll(async () => {
    await reports?.close();
  });

  describe('following the event log', () => {
    it('passes over the events of others and remembers it', async () => {
      await reports.projectTicketLogs();
      const news = Array.from({ length: 50 }, () => eventOf('import.progressed', randomUUID()));
      await reports.db.transaction(async (tx) => tx.append(news));
      expect(await reports.projectTicketLogs()).toBe(0);
      const place = await reports.liveLogs.place();
      expect(place.position).toBe(place.newest);
    });

    it('changes nothing when it reads the same events again', async () => {
      await reports.projectTicketLogs();
      const logs = await reports.behind.liveLogs();
      const buckets = await reports.behind.buckets();
      await reports.behind.resetPosition();
      expect(await reports.projectTicketLogs()).toBeGreaterThan(5);
      expect(await reports.behind.marks()).toEqual([]);
      expect(await reports.behind.liveLogs()).toEqual(logs);
      expect(await reports.behind.buckets()).toEqual(buckets);
    });

    it('never steps over an event that commits late, and yet shows those that have overtaken it', async () => {
      let commit: () => void = () => undefined;
      const mayCommit = new Promise<void>((resolve) => {
        commit = resolve;
      });
      const late = live.row();
      let hasWritten: () => void = () => undefined;
      const written = new Promise<void>((resolve) => {
        hasWritten = resolve;
      });
      const writing = reports.db.sql.transaction(async (tx) => {
        await tx.insert(tickets).values(late);
        await tx.execute(sql`
        INSERT INTO event_log (id, type, subject_id, occurred_at) VALUES (gen_random_uuid(), 'ticket.created', ${late.id}, now())`);
        hasWritten();
        await mayCommit;
      });
      await written;
      const early = await live.create();
      await reports.projectTicketLogs();
      expect(await reports.behind.liveLog(early)).toBeDefined();
      expect(await reports.behind.liveLog(late.id)).toBeUndefined();
      commit();
      await writing;
      await reports.projectTicketLogs();
      expect(await reports.behind.liveLog(late.id)).toBeDefined();
      const place = await reports.liveLogs.place();
      expect(place.position).toBe(place.newest);
    });

    it('loses nothing and doubles nothing with two processes projecting beside many writers, in many slices', async () => {
      const desk = await open(NOW);
      const busy = await liveTickets(desk);
      const other = await desk.other();
      try {
        const logs = randomLogs(11, 600, new Date('2026-10-01T00:00:00Z'), 50);
        let writing = true;
        const writers = Array.from({ length: 3 }, async (_, index) => {
          for (const log of logs.filter((__, place) => place % 3 === index)) {
            const { status, createdAt, resolvedAt, clientType } = log;
            await busy.create({ assigneeId: busy.assigneeId, status, createdAt, resolvedAt, slaTier: clientType });
          }
        });
        const projectors = [desk, other].map(async (each) => {
          while (writing) await each.projectTicketLogs();
        });
        await Promise.all(writers);
        writing = false;
        await Promise.all(projectors);
        const projected = logs.map((log) => ({
          ...log,
          agent: 'ada@desk.example',
          escalationLevel: 0,
          escalatedAt: null,
          breached: false,
          breachedAt: null,
        }));
        const weeks = await other.weeklyStatus(LEAD, { weeks: 12 });
        expect(weeks.map(({ week: _, ...counts }) => counts)).toEqual(naiveWeeks(projected, 12, NOW));
        expect(await desk.topAgents(LEAD, { ...EVER, limit: 5 })).toEqual(naiveAgents(projected, EVER, 5));
        await desk.behind.resetPosition();
        expect(await other.projectTicketLogs()).toBe(600);
      } finally {
        await other.close();
        await desk.close();
      }
    });
  });
}
