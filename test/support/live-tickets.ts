import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { Actor } from '../../src/domain/actor.ts';
import type { EventType, NewEvent } from '../../src/domain/event.ts';
import type { Tx } from '../../src/infrastructure/postgres/database.ts';
import { clients, users } from '../../src/infrastructure/postgres/schema/people.ts';
import { ticketLogs } from '../../src/infrastructure/postgres/schema/reports.ts';
import { tickets } from '../../src/infrastructure/postgres/schema/tickets.ts';
import type { Reports } from './reports.ts';

/** Where the clock of these reports stands. */
export const NOW = new Date('2026-11-25T15:30:00Z');
export const EVER = { from: null, to: null };
export const LEAD: Actor = { id: '00000000-0000-4000-8000-000000000001', role: 'SUPERVISOR' };

type TicketRow = typeof tickets.$inferInsert;

export type LiveTickets = Awaited<ReturnType<typeof liveTickets>>;

/** Writes tickets with their events, past the use cases, of a VIP client "Acme"; the agent is Ada. */
export async function liveTickets({ db }: Pick<Reports, 'db'>) {
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

  /** A ticket that is open, unless `values` say otherwise; not stored. */
  function row(values: Partial<TicketRow> = {}): TicketRow {
    const createdAt = values.createdAt ?? new Date('2026-11-02T08:00:00Z');
    return {
      id: randomUUID(),
      title: 'No dial tone',
      description: 'None at all',
      status: 'OPEN',
      priority: 2,
      tags: [],
      clientId: client.id,
      createdById: person.id,
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

  return {
    assigneeId: person.id,
    row,
    /** Stores a ticket and its event; returns its id. */
    async create(values: Partial<TicketRow> = {}): Promise<string> {
      const ticket = row(values);
      await db.transaction(async (tx) => {
        await tx.sql.insert(tickets).values(ticket);
        tx.append([eventOf('ticket.created', ticket.id)]);
      });
      return ticket.id;
    },
    /** Changes a ticket, and whatever `more` changes with it, in one transaction with the event. */
    async change(id: string, values: Partial<TicketRow>, type: EventType, more?: (tx: Tx) => Promise<unknown>) {
      await db.transaction(async (tx) => {
        await tx.sql.update(tickets).set(values).where(eq(tickets.id, id));
        await more?.(tx);
        tx.append([eventOf(type, id)]);
      });
    },
    /** The log that the reports have of a ticket. */
    async logOf(id: string) {
      const [log] = await db.sql.select().from(ticketLogs).where(eq(ticketLogs.ticketId, id));
      return log;
    },
  };
}

/** An event of nobody's, to be appended. */
export function eventOf(type: EventType, subjectId: string): NewEvent {
  return { id: randomUUID(), type, subjectId, actorId: null, from: null, to: null, occurredAt: NOW, data: null };
}
