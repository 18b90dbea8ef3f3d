import type { TicketStatus } from '../api/schema.generated.ts';
import type {
  CommentFieldsFragment,
  EventFieldsFragment,
  TicketEventsSubscription,
  TicketFieldsFragment,
} from './documents.generated.ts';

export type Ticket = TicketFieldsFragment;
export type TicketComment = CommentFieldsFragment;
export type HistoryEvent = EventFieldsFragment;
export type LiveEvent = TicketEventsSubscription['ticketEvents'];

/** What somebody sets out to change; what is left out stays. */
export interface TicketChange {
  readonly status?: TicketStatus;
  readonly assignee?: { readonly id: string; readonly name: string } | null;
  readonly title?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly tags?: readonly string[];
}

export interface TicketState {
  /** As the server last told. */
  readonly confirmed: Ticket;
  /** On its way: shown as if it were done. */
  readonly pending: TicketChange | null;
  /** Somebody else was quicker: what was wanted, and what there is now. */
  readonly conflict: { readonly mine: TicketChange; readonly theirs: Ticket } | null;
}

export type TicketAction =
  | { readonly type: 'told'; readonly ticket: Ticket }
  | { readonly type: 'tried'; readonly change: TicketChange }
  | { readonly type: 'done'; readonly ticket: Ticket }
  | { readonly type: 'refused' }
  | { readonly type: 'conflicted'; readonly mine: TicketChange; readonly theirs: Ticket }
  | { readonly type: 'settled' };

/** What the page shows after `action`. */
export function nextTicket(state: TicketState, action: TicketAction): TicketState {
  switch (action.type) {
    case 'told':
      return { ...state, confirmed: newer(state.confirmed, action.ticket) };
    case 'tried':
      return { ...state, pending: action.change, conflict: null };
    case 'done':
      return { ...state, confirmed: newer(state.confirmed, action.ticket), pending: null };
    case 'refused':
      return { ...state, pending: null };
    case 'conflicted': {
      const { mine, theirs } = action;
      return { confirmed: newer(state.confirmed, theirs), pending: null, conflict: { mine, theirs } };
    }
    case 'settled':
      return { ...state, conflict: null };
    default:
      return action satisfies never;
  }
}

/** The ticket as it is shown: with what is on its way. The promise is the server's to tell. */
export function shownTicket({ confirmed, pending }: TicketState): Ticket {
  if (!pending) return confirmed;
  const { status, assignee, ...rest } = pending;
  return {
    ...confirmed,
    ...rest,
    ...(status === undefined ? {} : { status }),
    ...(assignee === undefined ? {} : { assignee }),
  };
}

/** Answers may overtake one another: an older one changes nothing. The same version may come with a later clock. */
function newer(known: Ticket, told: Ticket): Ticket {
  return told.version >= known.version ? told : known;
}

/** Both, each once, in their order. */
export function merged<T extends { readonly id: string }>(known: readonly T[], more: readonly T[]): readonly T[] {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = more.filter(({ id }) => !ids.has(id));
  return fresh.length === 0 ? known : [...known, ...fresh];
}

/** The fields in which two sides differ, for a person to choose from. */
export function differences(mine: TicketChange, theirs: Ticket): readonly (keyof TicketChange)[] {
  const fields = Object.keys(mine) as (keyof TicketChange)[];
  return fields.filter((field) => {
    if (field === 'assignee') return (mine.assignee?.id ?? null) !== (theirs.assignee?.id ?? null);
    return JSON.stringify(mine[field]) !== JSON.stringify(theirs[field]);
  });
}
