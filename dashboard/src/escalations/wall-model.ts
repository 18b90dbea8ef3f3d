import type { WallEventsSubscription, WallTicketFragment } from './documents.generated.ts';

export type WallTicket = WallTicketFragment;
export type WallEvent = WallEventsSubscription['ticketEvents'];

/** So many of what is next due are shown. */
export const NEXT_SHOWN = 12;

/** Where a ticket stands on the wall. waiting: broken, and nobody has taken it on; taken: somebody has; next: its time runs. */
export type WallPlace = 'waiting' | 'taken' | 'next';

/** What the wall draws; a new object whenever something of it changed. */
export interface WallSnapshot {
  /** The list was read at least once. */
  readonly isReady: boolean;
  /** The latest first: what has just broken, or has just reached the next level, is on top. */
  readonly waiting: readonly WallTicket[];
  readonly taken: readonly WallTicket[];
  /** The soonest first. */
  readonly next: readonly WallTicket[];
  /** Broken ones beyond those that were read. */
  readonly unread: number;
  /** So many have left that there may be sooner ones which were not read: time to read anew. */
  readonly isShort: boolean;
}

export interface WallReading {
  readonly broken: readonly WallTicket[];
  readonly brokenTotal: number;
  readonly next: readonly WallTicket[];
  readonly hasMoreNext: boolean;
}

/** The escalations of the broken promise; those before it are of a cycle that is over. */
function levels({ escalations, sla: { breachedAt } }: WallTicket): WallTicket['escalations'] {
  if (breachedAt === null) return [];
  return escalations.filter(({ escalatedAt }) => Date.parse(escalatedAt) >= Date.parse(breachedAt));
}

/** Who took the broken promise on; null: nobody has. */
export function takenBy(ticket: WallTicket): string | null {
  return levels(ticket).find(({ acknowledgedBy }) => acknowledgedBy)?.acknowledgedBy?.name ?? null;
}

/** Where a ticket belongs; null: nowhere on the wall. `holder`: only what this person holds; null: everything. */
export function placeOf(ticket: WallTicket, holder: string | null): WallPlace | null {
  const { sla, status, deletedAt, assignee } = ticket;
  if (deletedAt !== null || sla.metAt !== null || status === 'RESOLVED' || status === 'CLOSED') return null;
  if (holder !== null && assignee?.id !== holder) return null;
  if (sla.breachedAt === null) return sla.dueAt === null ? null : 'next';
  const open = levels(ticket);
  return open.length > 0 && open.every(({ acknowledgedAt }) => acknowledgedAt !== null) ? 'taken' : 'waiting';
}

/** When it last called for somebody: the breach as it was noticed, or the level that came since. */
export function calledAt(ticket: WallTicket): number {
  const noticed = ticket.sla.detectedAt ?? ticket.sla.breachedAt;
  const instants = levels(ticket).map(({ escalatedAt }) => Date.parse(escalatedAt));
  return Math.max(noticed === null ? 0 : Date.parse(noticed), ...instants);
}

const NOTHING: WallSnapshot = { isReady: false, waiting: [], taken: [], next: [], unread: 0, isShort: false };

/** Broken promises and those that are next due: read once, then kept up to date by events. */
export class WallModel {
  readonly #holder: string | null;
  readonly #tickets = new Map<string, WallTicket>();
  readonly #listeners = new Set<() => void>();
  #snapshot = NOTHING;
  #unread = 0;
  #hasMoreNext = false;
  /** Up to here everything that is due was read; later ones are left to the next reading. */
  #horizon = Number.POSITIVE_INFINITY;

  /** `holder`: see placeOf. */
  constructor(holder: string | null) {
    this.#holder = holder;
  }

  readonly snapshot = (): WallSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes the lists as they were read, in place of what was known. What happened since their cursor comes again by events. */
  take({ broken, brokenTotal, next, hasMoreNext }: WallReading): void {
    this.#tickets.clear();
    const last = next.at(-1)?.sla.dueAt;
    this.#hasMoreNext = hasMoreNext;
    this.#horizon = hasMoreNext && last ? Date.parse(last) : Number.POSITIVE_INFINITY;
    this.#unread = Math.max(0, brokenTotal - broken.length);
    for (const ticket of [...broken, ...next]) this.#put(ticket);
    this.#change();
  }

  /** Takes what happened, in order. */
  apply(events: readonly WallEvent[]): void {
    for (const { ticket, ticketId } of events) {
      if (ticket) this.#put(ticket);
      else this.#tickets.delete(ticketId);
    }
    this.#change();
  }

  /** Takes a ticket as a mutation returned it. */
  renew(ticket: WallTicket): void {
    this.#put(ticket);
    this.#change();
  }

  #put(ticket: WallTicket): void {
    const known = this.#tickets.get(ticket.id);
    if (known && known.version > ticket.version) return;
    const place = placeOf(ticket, this.#holder);
    const isBeyond = place === 'next' && dueOf(ticket) > this.#horizon;
    if (place === null || isBeyond) this.#tickets.delete(ticket.id);
    else this.#tickets.set(ticket.id, ticket);
  }

  #change(): void {
    const waiting: WallTicket[] = [];
    const taken: WallTicket[] = [];
    const next: WallTicket[] = [];
    const lists = { waiting, taken, next };
    for (const ticket of this.#tickets.values()) {
      const place = placeOf(ticket, this.#holder);
      if (place) lists[place].push(ticket);
    }
    waiting.sort((a, b) => calledAt(b) - calledAt(a) || byReference(a, b));
    taken.sort((a, b) => calledAt(b) - calledAt(a) || byReference(a, b));
    next.sort((a, b) => dueOf(a) - dueOf(b) || byReference(a, b));
    const isShort = this.#hasMoreNext && next.length < NEXT_SHOWN;
    this.#snapshot = { isReady: true, ...lists, unread: this.#unread, isShort };
    for (const listener of this.#listeners) listener();
  }
}

function dueOf({ sla }: WallTicket): number {
  return sla.dueAt === null ? Number.POSITIVE_INFINITY : Date.parse(sla.dueAt);
}

function byReference(a: WallTicket, b: WallTicket): number {
  return a.reference.localeCompare(b.reference, 'en', { numeric: true });
}
