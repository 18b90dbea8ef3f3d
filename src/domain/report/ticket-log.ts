import type { ClientTier, TicketStatus } from '../enums.ts';
import { type Day, dayOf } from './calendar.ts';

/** What the reports look at in a log: of each ticket and each imported row there is one. */
export interface LogFacts {
  readonly clientType: ClientTier;
  readonly status: TicketStatus;
  readonly createdAt: Date;
  /** Set exactly when the status is RESOLVED or CLOSED. */
  readonly resolvedAt: Date | null;
  /** Lower-cased email or name. */
  readonly agent: string | null;
  readonly escalationLevel: number;
  readonly escalatedAt: Date | null;
  readonly breached: boolean;
  readonly breachedAt: Date | null;
}

/** The log of a live ticket. */
export interface LiveLog extends LogFacts {
  readonly ticketId: string;
  readonly clientName: string;
  readonly priority: number;
  readonly title: string;
}

/** A live ticket as its log needs it. */
export interface LiveTicket {
  readonly id: string;
  readonly title: string;
  readonly status: TicketStatus;
  readonly priority: number;
  readonly clientName: string;
  readonly assigneeEmail: string | null;
  /** The tier whose promise the clock measures. */
  readonly tier: ClientTier;
  readonly escalationLevel: number;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
  readonly deletedAt: Date | null;
  /** When it was first escalated (level 1 or more), in whatever cycle. */
  readonly firstEscalatedAt: Date | null;
  /** The latest due instant that was missed, in whatever cycle. */
  readonly lastBreachedAt: Date | null;
}

/** What has to change in the logs of live tickets, and which days' reports it touches. */
export interface LogChanges {
  readonly saved: readonly LiveLog[];
  /** Ids of tickets that lose their log. */
  readonly removed: readonly string[];
  readonly touched: readonly Day[];
}

/** The log that a ticket has now; null for a deleted one. */
export function logOf(ticket: LiveTicket): LiveLog | null {
  if (ticket.deletedAt) return null;
  const isDone = ticket.status === 'RESOLVED' || ticket.status === 'CLOSED';
  return {
    ticketId: ticket.id,
    clientName: ticket.clientName,
    clientType: ticket.tier,
    status: ticket.status,
    createdAt: ticket.createdAt,
    resolvedAt: isDone ? ticket.resolvedAt : null,
    agent: ticket.assigneeEmail?.toLowerCase() ?? null,
    priority: ticket.priority,
    escalationLevel: ticket.escalationLevel,
    escalatedAt: ticket.firstEscalatedAt,
    breached: ticket.lastBreachedAt !== null,
    breachedAt: ticket.lastBreachedAt,
    title: ticket.title,
  };
}

/** Compares the tickets with the logs stored for them. What is right already is left alone, so a repeat changes nothing. */
export function changesOf(tickets: readonly LiveTicket[], stored: readonly LiveLog[]): LogChanges {
  const before = new Map(stored.map((log) => [log.ticketId, log]));
  const saved: LiveLog[] = [];
  const removed: string[] = [];
  const touched = new Set<Day>();
  for (const ticket of tickets) {
    const old = before.get(ticket.id) ?? null;
    const log = logOf(ticket);
    if (log && !(old && isSame(log, old))) saved.push(log);
    if (!log && old) removed.push(ticket.id);
    if (factsOf(log) !== factsOf(old)) for (const day of [...daysOf(old), ...daysOf(log)]) touched.add(day);
  }
  return { saved, removed, touched: [...touched].sort() };
}

/** The days whose reports a log counts in. */
export function daysOf(log: LogFacts | null): Day[] {
  if (!log) return [];
  const instants = [log.createdAt, log.resolvedAt, log.escalatedAt, log.breachedAt];
  return [...new Set(instants.flatMap((instant) => (instant ? [dayOf(instant)] : [])))];
}

function isSame(a: LiveLog, b: LiveLog): boolean {
  return factsOf(a) === factsOf(b) && a.clientName === b.clientName && a.priority === b.priority && a.title === b.title;
}

function factsOf(log: LogFacts | null): string | null {
  if (!log) return null;
  const { clientType, status, createdAt, resolvedAt, agent, escalationLevel, escalatedAt, breached, breachedAt } = log;
  return JSON.stringify([
    clientType,
    status,
    createdAt,
    resolvedAt,
    agent,
    escalationLevel,
    escalatedAt,
    breached,
    breachedAt,
  ]);
}
