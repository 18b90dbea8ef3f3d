import { randomUUID } from 'node:crypto';
import { asc, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { reportDirtyDays, ticketLogs } from '../src/infrastructure/postgres/schema/reports.ts';
import { tickets } from '../src/infrastructure/postgres/schema/tickets.ts';
import { EVER, eventOf, LEAD, type LiveTickets, liveTickets, NOW } from './support/live-tickets.ts';
import { naiveAgents, naiveWeeks, randomLogs } from './support/naive-reports.ts';
import { bucketsOf, createReports, type Reports, reportsOn } from './support/reports.ts';

let reports: Reports;
let live: LiveTickets;
beforeAll(async () => {
  reports = await createReports(NOW);
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
  await reports?.[Symbol.asyncDispose]();
});

async function marks(): Promise<string[]> {
  const rows = await reports.db.sql.select().from(reportDirtyDays).orderBy(asc(reportDirtyDays.day));
  return [...new Set(rows.map((row) => row.day))];
}

describe('following the event log', () => {
  it('costs one statement when there is nothing new', async () => {
    await reports.projectTicketLogs();
    const spy = vi.spyOn(pg.Client.prototype, 'query');
    expect(await reports.projectTicketLogs()).toBe(0);
    expect(spy).toHaveBeenCalledTimes(1);
    spy.mockRestore();
  });

  it('passes over the events of others and remembers it', async () => {
    const news = Array.from({ length: 50 }, () => eventOf('import.progressed', randomUUID()));
    await reports.db.transaction(async (tx) => tx.append(news));
    expect(await reports.projectTicketLogs()).toBe(0);
    const place = await reports.liveLogs.place();
    expect(place.position).toBe(place.newest);
  });

  it('changes nothing when it reads the same events again', async () => {
    await reports.projectTicketLogs();
    const logs = await reports.db.sql.select().from(ticketLogs).orderBy(ticketLogs.id);
    const buckets = await bucketsOf(reports.db);
    await reports.db.sql.execute(sql`UPDATE projections SET position = 0 WHERE name = 'ticket_logs'`);
    expect(await reports.projectTicketLogs()).toBeGreaterThan(5);
    expect(await marks()).toEqual([]);
    expect(await reports.db.sql.select().from(ticketLogs).orderBy(ticketLogs.id)).toEqual(logs);
    expect(await bucketsOf(reports.db)).toEqual(buckets);
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
    expect(await live.logOf(early)).toBeDefined();
    expect(await live.logOf(late.id)).toBeUndefined();
    commit();
    await writing;
    await reports.projectTicketLogs();
    expect(await live.logOf(late.id)).toBeDefined();
    const place = await reports.liveLogs.place();
    expect(place.position).toBe(place.newest);
  });

  it('loses nothing and doubles nothing with two processes projecting beside many writers, in many slices', async () => {
    await using desk = await createReports(NOW);
    const busy = await liveTickets(desk);
    const other = reportsOn(desk.url, NOW);
    try {
      const logs = randomLogs(11, 1_500, new Date('2026-10-01T00:00:00Z'), 50);
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
      await desk.db.sql.execute(sql`UPDATE projections SET position = 0 WHERE name = 'ticket_logs'`);
      expect(await other.projectTicketLogs()).toBe(1_500);
    } finally {
      await other.db.close();
    }
  });
});
