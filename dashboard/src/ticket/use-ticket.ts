import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { useLive } from '../api/use-live.ts';
import { tellProblem } from '../shared/notify.ts';
import { ticketCommands } from './commands.ts';
import {
  MoreCommentsDocument,
  MoreHistoryDocument,
  TicketCursorDocument,
  TicketEventsDocument,
  TicketNowDocument,
  TicketPageDocument,
} from './documents.generated.ts';
import { ticketTexts } from './texts.ts';
import {
  type HistoryEvent,
  type LiveEvent,
  merged,
  nextTicket,
  shownTicket,
  type Ticket,
  type TicketChange,
  type TicketComment,
  type TicketState,
} from './ticket-model.ts';

/** A list of which some has been read. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly cursor: string | null;
  readonly hasMore: boolean;
}

const NOTHING = { items: [], cursor: null, hasMore: false };

/** What the page of one ticket knows and can do; `ticket` null: there is none. */
export function useTicket(
  first: Ticket,
  begun: { comments: Part<TicketComment>; history: Part<HistoryEvent> },
  cursor: string,
) {
  const [state, dispatch] = useReducer(nextTicket, { confirmed: first, pending: null, conflict: null } as TicketState);
  const [comments, setComments] = useState(begun.comments);
  const [history, setHistory] = useState(begun.history);
  const [isGone, setGone] = useState(false);
  const { id } = first;
  const latest = useRef(state);
  latest.current = state;

  const readComments = useCallback(async () => {
    const { ticket } = await ask(MoreCommentsDocument, { id, after: comments.cursor });
    if (ticket) setComments((known) => append(known, ticket.comments));
  }, [id, comments.cursor]);
  const readHistory = useCallback(async () => {
    const { ticket } = await ask(MoreHistoryDocument, { id, after: history.cursor });
    if (ticket) setHistory((known) => append(known, ticket.history));
  }, [id, history.cursor]);

  useLive(TicketEventsDocument, { ticketId: id }, cursor, {
    onEvents: (events: readonly LiveEvent[]) => {
      for (const { ticket, type } of events) {
        if (ticket) dispatch({ type: 'told', ticket });
        setGone(ticket === null || type === 'ticket.deleted');
      }
      // What has not been read up to now comes by "show more", in its order.
      setHistory((known) => (known.hasMore ? known : { ...known, items: merged(known.items, events) }));
      if (events.some(({ type }) => type === 'ticket.commented') && !comments.hasMore)
        readComments().catch(() => undefined);
    },
    onExpired: () => location.reload(),
  });

  /** Shows the change at once, and takes it back with the reason when the server says no. */
  const change = useCallback(
    async (wanted: TicketChange, expectedVersion: number): Promise<boolean> => {
      dispatch({ type: 'tried', change: wanted });
      try {
        dispatch({ type: 'done', ticket: await ticketCommands.change(id, wanted, expectedVersion) });
        return true;
      } catch (error) {
        const problem = asProblem(error, apiTexts.unreachable);
        const theirs = problem.code === 'CONFLICT' ? await now(id) : null;
        if (theirs && problem.currentVersion !== null) dispatch({ type: 'conflicted', mine: wanted, theirs });
        else {
          dispatch({ type: 'refused' });
          tellProblem(problem, ticketTexts.refused);
        }
        return false;
      }
    },
    [id],
  );
  /** Something that is not shown before it is done. */
  const act = useCallback(async (work: () => Promise<Ticket>): Promise<void> => {
    try {
      dispatch({ type: 'done', ticket: await work() });
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
    }
  }, []);
  const comment = useCallback(
    async (body: string, internal: boolean): Promise<void> => {
      const added = await ticketCommands.comment(id, body, internal);
      setComments((known) => (known.hasMore ? known : { ...known, items: merged(known.items, [added]) }));
    },
    [id],
  );
  return {
    ticket: shownTicket(state),
    isPending: state.pending !== null,
    conflict: state.conflict,
    isGone,
    comments,
    history,
    readComments,
    readHistory,
    change,
    act,
    comment,
    settle: useCallback(() => dispatch({ type: 'settled' }), []),
  };
}

export type OpenTicket = ReturnType<typeof useTicket>;

async function now(id: string): Promise<Ticket | null> {
  return ask(TicketNowDocument, { id }).then(
    ({ ticket }) => ticket,
    () => null,
  );
}

interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

function partOf<T>({ nodes, pageInfo }: Page<T>): Part<T> {
  return { items: nodes, cursor: pageInfo.endCursor, hasMore: pageInfo.hasNextPage };
}

function append<T extends { readonly id: string }>(known: Part<T>, page: Page<T>): Part<T> {
  const { items, cursor, hasMore } = partOf(page);
  return { items: merged(known.items, items), cursor: cursor ?? known.cursor, hasMore };
}

export interface ReadTicket {
  readonly ticket: Ticket | null;
  readonly comments: Part<TicketComment>;
  readonly history: Part<HistoryEvent>;
  readonly cursor: string;
}

/** The ticket with this reference, read once; undefined while it is on its way. */
export function useReadTicket(reference: string) {
  const [read, setRead] = useState<ReadTicket>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` reads it anew.
  useEffect(() => {
    const leaving = new AbortController();
    const reading = async (): Promise<void> => {
      setProblem(null);
      // First the cursor: whatever happens after it comes as an event.
      const { eventCursor: cursor } = await ask(TicketCursorDocument, {}, leaving.signal);
      const { ticket } = await ask(TicketPageDocument, { reference }, leaving.signal);
      if (leaving.signal.aborted) return;
      const parts = ticket
        ? { comments: partOf(ticket.comments), history: partOf(ticket.history) }
        : { comments: NOTHING, history: NOTHING };
      setRead({ ticket, ...parts, cursor });
    };
    reading().catch((error: unknown) => {
      if (!leaving.signal.aborted) setProblem(asProblem(error, apiTexts.unreachable));
    });
    return () => leaving.abort();
  }, [reference, round]);
  return { read, problem, reload: () => setRound((before) => before + 1) };
}
