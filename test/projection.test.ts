import { randomUUID } from 'node:crypto';
import { asc, eq, isNotNull, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../src/domain/actor.ts';
import type { EventType, NewEvent } from '../src/domain/event.ts';
import type { Tx } from '../src/infrastructure/postgres/database.ts';
import { clients, users } from '../src/infrastructure/postgres/schema/people.ts';
import { reportDirtyDays, ticketLogs } from '../src/infrastructure/postgres/schema/reports.ts';
import { escalations, slaCycles, tickets } from '../src/infrastructure/postgres/schema/tickets.ts';
import { naiveAgents, naiveResolution, naiveWeeks, randomLogs } from './support/naive-reports.ts';
import { bucketsOf, createReports, type Reports, reportsOn, storeLogs } from './support/reports.ts';

const lead: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'SUPERVISOR' };
const NOW = new Date('2026-11-25T15:30:00Z');
const EVER = { from: null, to: null };

let reports: Reports;
let clientId: string;
let assigneeId: string;
beforeAll(async () => {
  reports = await createReports(NOW);
  ({ clientId, assigneeId } = await peopleOf(reports));
});
afterAll(async () => {
  await reports?.[Symbol.asyncDispose]();
});

async function peopleOf({ db }: Pick<Reports, 'db'>) {
  const person = {
    id: randomUUID(),
    email: 'Ada@Desk.example',
    name: 'Ada',
    role: 'AGENT',
    passwordHash: 'none',
    createdAt: NOW,
  } as const;
  const client = { id: randomUUID(), name: 'Acme', tier: 'VIP', createdAt: NOW } as const;
  await db.sql.insert(users).values(person);
  await db.sql.insert(clients).values(client);
  return { clientId: client.id, assigneeId: person.id };
}

function event(type: EventType, subjectId: string): NewEvent {
  return { id: randomUUID(), type, subjectId, actorId: null, from: null, to: null, occurredAt: NOW, data: null };
}

type TicketRow = typeof tickets.$inferInsert;

function ticketRow(values: Partial<TicketRow> = {}): TicketRow {
  const createdAt = values.createdAt ?? new Date('2026-11-02T08:00:00Z');
  return {
    id: randomUUID(),
    title: 'No dial tone',
    description: 'None at all',
    status: 'OPEN',
    priority: 2,
    tags: [],
    clientId,
    createdById: assigneeId,
    createdFrom: 'test',
    escalationLevel: 0,
    createdAt,
    updatedAt: createdAt,
    version: 1,
    slaTier: 'VIP',
    slaPolicyVersion: 1,
    slaCycle: 1,
    slaState: 'RUNNING',
    slaStartedAt: createdAt,
    slaIntervals: [],
    ...values,
  };
}

async function create(values: Partial<TicketRow> = {}, on: Pick<Reports, 'db'> = reports): Promise<string> {
  const row = ticketRow(values);
  await on.db.transaction(async (tx) => {
    await tx.sql.insert(tickets).values(row);
    tx.append([event('ticket.created', row.id)]);
  });
  return row.id;
}

async function change(id: string, values: Partial<TicketRow>, type: EventType, more?: (tx: Tx) => Promise<unknown>) {
  await reports.db.transaction(async (tx) => {
    await tx.sql.update(tickets).set(values).where(eq(tickets.id, id));
    await more?.(tx);
    tx.append([event(type, id)]);
  });
}

async function logOf(id: string) {
  const [log] = await reports.db.sql.select().from(ticketLogs).where(eq(ticketLogs.ticketId, id));
  return log;
}

async function marks(): Promise<string[]> {
  const rows = await reports.db.sql.select().from(reportDirtyDays).orderBy(asc(reportDirtyDays.day));
  return [...new Set(rows.map((row) => row.day))];
}

describe('the log of a live ticket', () => {
  it('follows it from its creation through a breach, a resolution and a reopening to its close', async () => {
    const id = await create({ assigneeId, title: 'Fax on fire', priority: 1 });
    expect(await reports.projectTicketLogs()).toBe(1);
    const first = await logOf(id);
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
    await change(id, { status: 'ESCALATED', escalationLevel: 1, slaBreachedAt: dueAt }, 'sla.breached', (tx) =>
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
    expect(await logOf(id)).toMatchObject(breached);

    const resolvedAt = new Date('2026-11-04T08:00:00Z');
    await change(id, { status: 'RESOLVED', resolvedAt, slaState: 'MET' }, 'ticket.status_changed');
    await reports.projectTicketLogs();
    expect(await logOf(id)).toMatchObject({ status: 'RESOLVED', resolvedAt });

    // Reopened: the present cycle knows of no breach, but the ticket has broken a promise.
    const cleared = {
      status: 'IN_PROGRESS',
      resolvedAt: null,
      escalationLevel: 0,
      slaBreachedAt: null,
      slaCycle: 2,
    } as const;
    await change(id, cleared, 'ticket.status_changed', (tx) =>
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
    expect(await logOf(id)).toMatchObject({
      status: 'IN_PROGRESS',
      resolvedAt: null,
      escalationLevel: 0,
      escalatedAt: escalated,
      breached: true,
      breachedAt: dueAt,
    });

    const closedAt = new Date('2026-11-05T08:00:00Z');
    await change(id, { status: 'CLOSED', resolvedAt: closedAt, closedAt, assigneeId: null }, 'ticket.status_changed');
    await reports.projectTicketLogs();
    expect(await logOf(id)).toMatchObject({ id: first?.id, status: 'CLOSED', resolvedAt: closedAt, agent: null });
  });

  it('goes when the ticket is deleted and comes back when it is restored', async () => {
    const id = await create();
    await reports.projectTicketLogs();
    await change(id, { deletedAt: NOW }, 'ticket.deleted');
    await reports.projectTicketLogs();
    expect(await logOf(id)).toBeUndefined();
    await change(id, { deletedAt: null }, 'ticket.restored');
    await reports.projectTicketLogs();
    expect(await logOf(id)).toMatchObject({ status: 'OPEN', clientName: 'Acme' });
  });

  it('is in the next report, on its old days no more and on its new days', async () => {
    const before = await reports.averageResolution(lead, EVER);
    const id = await create({ createdAt: new Date('2026-11-10T08:00:00Z') });
    await change(id, { status: 'RESOLVED', resolvedAt: new Date('2026-11-11T08:00:00Z') }, 'ticket.status_changed');
    const resolved = await reports.averageResolution(lead, EVER);
    expect(resolved.at(-1)?.tickets).toBe((before.at(-1)?.tickets ?? 0) + 1);
    const ofDay = { from: new Date('2026-11-11T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') };
    expect((await reports.averageResolution(lead, ofDay)).at(-1)).toMatchObject({ tickets: 1, averageMinutes: 1_440 });
    await change(id, { status: 'IN_PROGRESS', resolvedAt: null }, 'ticket.status_changed');
    expect(await reports.averageResolution(lead, EVER)).toEqual(before);
    expect((await reports.averageResolution(lead, ofDay)).at(-1)?.tickets).toBe(0);
  });
});

describe('following the event log', () => {
  it('costs one statement when there is nothing new', async () => {
    await reports.projectTicketLogs();
    const spy = vi.spyOn(pg.Client.prototype, 'query');
    expect(await reports.projectTicketLogs()).toBe(0);
    expect(spy).toHaveBeenCalledTimes(1);
    spy.mockRestore();
  });

  it('passes over the events of others and remembers it', async () => {
    const news = Array.from({ length: 50 }, () => event('import.progressed', randomUUID()));
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
    const late = ticketRow();
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
    const early = await create();
    await reports.projectTicketLogs();
    expect(await logOf(early)).toBeDefined();
    expect(await logOf(late.id)).toBeUndefined();
    commit();
    await writing;
    await reports.projectTicketLogs();
    expect(await logOf(late.id)).toBeDefined();
    const place = await reports.liveLogs.place();
    expect(place.position).toBe(place.newest);
  });

  it('loses nothing and doubles nothing with two processes projecting beside many writers, in many slices', async () => {
    await using desk = await createReports(NOW);
    const people = await peopleOf(desk);
    const other = reportsOn(desk.url, NOW);
    try {
      const logs = randomLogs(11, 1_500, new Date('2026-10-01T00:00:00Z'), 50);
      let writing = true;
      const writers = Array.from({ length: 3 }, async (_, index) => {
        for (const log of logs.filter((__, place) => place % 3 === index)) {
          const { status, createdAt, resolvedAt, clientType } = log;
          const row = { ...people, createdById: people.assigneeId, status, createdAt, resolvedAt, slaTier: clientType };
          await create(row, desk);
        }
      });
      const projectors = [desk, other].map(async (each) => {
        while (writing) await each.projectTicketLogs();
      });
      await Promise.all(writers);
      writing = false;
      await Promise.all(projectors);
      const live = logs.map((log) => ({
        ...log,
        agent: 'ada@desk.example',
        escalationLevel: 0,
        escalatedAt: null,
        breached: false,
        breachedAt: null,
      }));
      const weeks = await other.weeklyStatus(lead, { weeks: 12 });
      expect(weeks.map(({ week: _, ...counts }) => counts)).toEqual(naiveWeeks(live, 12, NOW));
      expect(await desk.topAgents(lead, { ...EVER, limit: 5 })).toEqual(naiveAgents(live, EVER, 5));
      await desk.db.sql.execute(sql`UPDATE projections SET position = 0 WHERE name = 'ticket_logs'`);
      expect(await other.projectTicketLogs()).toBe(1_500);
    } finally {
      await other.db.close();
    }
  });
});

describe('a rebuild', () => {
  it('makes the same logs and buckets from the tickets and the imported logs, whatever was there', async () => {
    const imported = randomLogs(21, 500, new Date('2026-01-01T00:00:00Z'), 300);
    await reports.db.transaction((tx) => storeLogs(tx.sql, imported));
    await reports.projectTicketLogs();
    await reports.refreshReports();
    const live = () =>
      reports.db.sql.select().from(ticketLogs).where(isNotNull(ticketLogs.ticketId)).orderBy(ticketLogs.ticketId);
    const logs = await live();
    const buckets = await bucketsOf(reports.db);

    await reports.db.sql.execute(sql`UPDATE report_buckets SET opened = opened + 1, resolution_sketch = ''`);
    await reports.db.sql.execute(sql`DELETE FROM report_agent_buckets WHERE span = 'MONTH'`);
    await reports.db.sql.execute(
      sql`UPDATE ticket_logs SET status = 'OPEN', resolved_at = NULL WHERE ticket_id IS NOT NULL`,
    );
    const [{ count } = { count: 0 }] = await reports.db.sql.select({ count: sql<number>`count(*)::int` }).from(tickets);
    expect(await reports.rebuildReports()).toBe(count);

    const withoutIds = (rows: typeof logs) => rows.map(({ id: _, ...log }) => log);
    expect(withoutIds(await live())).toEqual(withoutIds(logs));
    expect(await bucketsOf(reports.db)).toEqual(buckets);
    const all = [...imported, ...logs];
    expect((await reports.averageResolution(lead, EVER)).map((row) => row.averageMinutes)).toEqual(
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
