import type { ClientTier, TicketStatus } from '../../domain/enums.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { SlaClock, SlaInterval } from '../../domain/sla-clock.ts';
import type { Escalation, Ticket, TicketChange, TicketState } from '../../domain/ticket.ts';
import type { Page } from '../page.ts';

/** A ticket before the store has given it its number. */
export type TicketDraft = Omit<Ticket, 'number'>;

export interface Comment {
  readonly id: string;
  readonly ticketId: string;
  readonly authorId: string;
  readonly body: string;
  readonly internal: boolean;
  readonly createdAt: Date;
}

export type ShownSlaState = 'RUNNING' | 'PAUSED' | 'MET' | 'BREACHED';

export interface TicketFilter {
  readonly status?: readonly TicketStatus[] | null | undefined;
  readonly priority?: readonly number[] | null | undefined;
  readonly clientId?: string | null | undefined;
  readonly tier?: ClientTier | null | undefined;
  readonly assigneeId?: string | null | undefined;
  readonly unassigned?: boolean | null | undefined;
  readonly slaState?: readonly ShownSlaState[] | null | undefined;
  readonly dueBefore?: Date | null | undefined;
  /** Created at or after. */
  readonly from?: Date | null | undefined;
  /** Created before. */
  readonly to?: Date | null | undefined;
  readonly tag?: string | null | undefined;
  /** 3 characters or more, or a ticket number; in title, description, reference and client name. */
  readonly search?: string | null | undefined;
  readonly includeDeleted?: boolean | null | undefined;
}

export type TicketSort = 'CREATED_AT' | 'UPDATED_AT' | 'DUE_AT' | 'PRIORITY' | 'NUMBER';

export interface TicketListQuery {
  readonly filter: TicketFilter;
  readonly sort: TicketSort;
  readonly direction: 'ASC' | 'DESC';
  readonly first: number;
  /** A cursor of the same sort and direction. */
  readonly after: string | null;
  /** From 1; instead of `after`. */
  readonly page: number | null;
}

/** What a table of tickets can hold of each; of its client, of the people around it, and of its clock too. */
export type TicketColumn =
  | Exclude<keyof Ticket, 'clock'>
  | `client${'Name' | 'Tier' | 'CreatedAt'}`
  | `${'assignee' | 'createdBy'}${'Email' | 'Name' | 'Role' | 'Active' | 'CreatedAt'}`
  | Exclude<keyof SlaClock, 'tier' | 'state' | 'atRiskAlertedAt' | 'ladderFrom' | 'acknowledgedAt'>
  | 'clockTier'
  | 'clockState';

/** Instants are RFC 3339 text in UTC with milliseconds, since most are only shown; stretches are made when they are asked for. */
export type TicketCell = string | number | boolean | null | readonly string[] | (() => readonly SlaInterval[]);

/** A page of tickets as a table, with the columns that were asked for in their order. */
export interface TicketTable extends Omit<Page<never>, 'items'> {
  readonly rows: readonly (readonly TicketCell[])[];
  /** The cursor of one of the rows. */
  cursorOf(row: readonly TicketCell[]): string;
}

/** A cycle that a reopening ended: what remains of its clock. */
export type EndedCycle = Pick<
  SlaClock,
  | 'tier'
  | 'policyVersion'
  | 'cycle'
  | 'startedAt'
  | 'dueAt'
  | 'breachedAt'
  | 'detectedAt'
  | 'escalationLevel'
  | 'acknowledgedAt'
  | 'metAt'
  | 'intervals'
>;

export interface TicketStore {
  /**
   * Stores a new ticket with its number. `createdFrom` is the fingerprint of caller and input: the same id and fingerprint
   * again returns the stored ticket and writes nothing; the same id with another fingerprint is CONFLICT.
   */
  create(draft: TicketDraft, createdFrom: string, events: readonly NewEvent[]): Promise<Ticket>;
  /**
   * Locks the ticket, lets `rule` decide, and saves ticket, clock, escalations and events in one transaction. What `rule`
   * throws rolls back and is thrown on. null: there is no such ticket. Nothing is written when the rule changed nothing.
   */
  change(id: string, rule: (state: TicketState) => TicketChange): Promise<Ticket | null>;
  /** In the order of `ids`; null where there is none. */
  byIds(ids: readonly string[]): Promise<(Ticket | null)[]>;
  byNumber(number: number): Promise<Ticket | null>;
  /** A keyset page; a cursor of another order is VALIDATION_FAILED. */
  list(query: TicketListQuery): Promise<Page<Ticket>>;
  /** The same page by one statement that reads these columns and nothing else. */
  table(query: TicketListQuery, columns: readonly TicketColumn[]): Promise<TicketTable>;
  /** The escalations of each ticket, oldest first, in the order of `ticketIds`. */
  escalationsOf(ticketIds: readonly string[]): Promise<Escalation[][]>;
  escalation(id: string): Promise<Escalation | null>;
  /** The cycles of each ticket that a reopening ended, oldest first, in the order of `ticketIds`. */
  endedCyclesOf(ticketIds: readonly string[]): Promise<EndedCycle[][]>;
}

export interface CommentStore {
  /** Adds the comment and its event; null when there is no such ticket. The ticket's version stays as it is. */
  add(comment: Comment, event: NewEvent): Promise<Comment>;
  byId(id: string): Promise<Comment | null>;
  /** Oldest first. */
  page(ticketId: string, first: number, after: string | null): Promise<Page<Comment>>;
}

/** What tickets need to know of users. */
export interface Assignees {
  /** Whether a user with this id exists and is active. */
  isActive(userId: string): Promise<boolean>;
}
