import type { ShownSlaState, TicketCell, TicketColumn, TicketTable } from '../../../application/ticket/ports.ts';
import { may } from '../../../domain/access.ts';
import type { Actor } from '../../../domain/actor.ts';
import type { ClientTier, TicketStatus } from '../../../domain/enums.ts';
import {
  elapsedMs,
  explain,
  remainingMs,
  remainingMsUntilDue,
  type SlaClock,
  type SlaInterval,
} from '../../../domain/sla-clock.ts';
import type { SlaPolicy } from '../../../domain/sla-policy.ts';
import { ticketReference } from '../../../domain/ticket.ts';
import { TRANSITIONS } from '../../../domain/ticket-status.ts';

export type Row = readonly TicketCell[];

/** What the values of a list are worked out with, beside the row. */
export interface Surroundings {
  readonly page: TicketTable;
  /** How many the whole list has; null: nobody asked. */
  readonly count: number | null;
  readonly actor: Actor;
  readonly now: Date;
  /** Those that the rows name, when the plan asked for them. */
  readonly policyOf: (tier: ClientTier, version: number) => SlaPolicy;
}

export type Value = (row: Row, around: Surroundings) => unknown;

/** A value; `bind` is told in which column each of `needs` stands. */
interface ValueSource {
  readonly needs: readonly TicketColumn[];
  /** Whether the whole list has to be counted for it. */
  readonly counts?: boolean;
  readonly bind: (at: (column: TicketColumn) => number) => Value;
}

/** How a field of the schema is made: a value, an object of the same row (null where a column is), or one for each row. */
export type Source =
  | ValueSource
  | { readonly fields: Fields; readonly unless?: TicketColumn }
  | { readonly eachRow: Fields };

type Stretches = () => readonly SlaInterval[];

/** Whoever asks for a field that is not named here is answered by the resolvers. */
export type Fields = Readonly<Record<string, Source>>;

/** The columns that a policy is found by. */
export const POLICY_COLUMNS = ['clockTier', 'policyVersion'] as const satisfies readonly TicketColumn[];

function column(name: TicketColumn): Source {
  return {
    needs: [name],
    bind: (at) => {
      const place = at(name);
      return (row) => row[place];
    },
  };
}

function derived(needs: readonly TicketColumn[], of: (cells: Row, around: Surroundings) => unknown): Source {
  return {
    needs,
    bind: (at) => {
      const places = needs.map(at);
      return (row, around) =>
        of(
          places.map((place) => row[place] ?? null),
          around,
        );
    },
  };
}

/** What depends on the policy of the cycle and on its stretches. */
function reckoned(of: (intervals: readonly SlaInterval[], policy: SlaPolicy, now: Date) => unknown): Source {
  return derived([...POLICY_COLUMNS, 'intervals'], ([tier, version, intervals], { now, policyOf }) =>
    of((intervals as Stretches)(), policyOf(tier as ClientTier, version as number), now),
  );
}

function columns(...names: readonly TicketColumn[]): Fields {
  return Object.fromEntries(names.map((name) => [name, column(name)]));
}

function person(who: 'assignee' | 'createdBy'): Fields {
  return {
    id: column(`${who}Id`),
    email: column(`${who}Email`),
    name: column(`${who}Name`),
    role: column(`${who}Role`),
    active: column(`${who}Active`),
    createdAt: column(`${who}CreatedAt`),
  };
}

const CLOCK: Fields = {
  ...columns('cycle', 'policyVersion', 'startedAt', 'dueAt', 'atRiskAt'),
  ...columns('breachedAt', 'detectedAt', 'nextEscalationAt', 'metAt'),
  state: derived(
    ['clockState', 'breachedAt'],
    ([state, breachedAt]): ShownSlaState => (breachedAt === null ? (state as ShownSlaState) : 'BREACHED'),
  ),
  elapsedSeconds: reckoned((intervals, policy, now) => Math.floor(elapsedMs({ intervals }, policy, now) / 1000)),
  remainingSeconds: derived(
    ['clockState', 'dueAt', ...POLICY_COLUMNS, 'intervals'],
    ([state, due, tier, version, intervals], { now, policyOf }) => {
      const policy = policyOf(tier as ClientTier, version as number);
      const dueAt = due === null ? null : new Date(due as string);
      const untilDue = remainingMsUntilDue({ state: state as SlaClock['state'], dueAt }, policy, now);
      return Math.ceil((untilDue ?? remainingMs({ intervals: (intervals as Stretches)() }, policy, now)) / 1000);
    },
  ),
  intervals: reckoned((intervals, policy, now) => explain({ intervals }, policy, now)),
};

/** The fields of `Ticket` that a row holds, by the same rules as `toTicket`. */
const TICKET: Fields = {
  ...columns('id', 'number', 'title', 'description', 'status', 'priority', 'tags', 'escalationLevel'),
  ...columns('createdAt', 'updatedAt', 'resolvedAt', 'closedAt', 'deletedAt', 'version'),
  reference: derived(['number'], ([number]) => ticketReference(number as number)),
  client: {
    fields: {
      id: column('clientId'),
      name: column('clientName'),
      tier: column('clientTier'),
      createdAt: column('clientCreatedAt'),
    },
  },
  assignee: { fields: person('assignee'), unless: 'assigneeId' },
  createdBy: { fields: person('createdBy') },
  allowedTransitions: derived(['status', 'deletedAt'], ([status, deletedAt], { actor }) =>
    deletedAt === null && may(actor, 'ticket.write') ? TRANSITIONS[status as TicketStatus] : [],
  ),
  sla: { fields: CLOCK },
};

function ofPage(read: (around: Surroundings, row: Row) => unknown, counts = false): Source {
  return { needs: [], counts, bind: () => (row, around) => read(around, row) };
}

function cursorOf(row: Row | undefined, { page }: Surroundings): string | null {
  return row ? page.cursorOf(row) : null;
}

/** The fields of `TicketConnection`. */
export const CONNECTION: Fields = {
  nodes: { eachRow: TICKET },
  edges: { eachRow: { cursor: ofPage((around, row) => cursorOf(row, around)), node: { fields: TICKET } } },
  pageInfo: {
    fields: {
      hasNextPage: ofPage(({ page }) => page.hasNextPage),
      hasPreviousPage: ofPage(({ page }) => page.hasPreviousPage),
      startCursor: ofPage((around) => cursorOf(around.page.rows[0], around)),
      endCursor: ofPage((around) => cursorOf(around.page.rows.at(-1), around)),
    },
  },
  totalCount: ofPage(({ count }) => count, true),
};
