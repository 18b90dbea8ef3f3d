import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ask } from '../api/client.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import { serverClock } from '../api/server-clock.ts';
import { apiTexts } from '../api/texts.ts';
import { useLive } from '../api/use-live.ts';
import { useUser } from '../api/use-session.ts';
import { atMostEvery } from './at-most.ts';
import { QueueCursorDocument, QueueEventsDocument, QueuePageDocument } from './documents.generated.ts';
import { PAGE_ROWS, QueueModel, type QueueSnapshot } from './queue-model.ts';
import { filterOf, matches, orderOf, type QueueView } from './view.ts';

/** How often pages are asked for while the list is dragged past them: most of them nobody reads. */
const ASK_EVERY_MS = 100;

export interface Queue {
  readonly model: QueueModel;
  readonly snapshot: QueueSnapshot;
  /** The list of another view still stands, until this one is there. */
  readonly isLoading: boolean;
  /** Why the list could not be read. */
  readonly problem: Problem | null;
  /** Reads what the table shows now, places from and to, as far as it has not been read. */
  readonly show: (from: number, to: number) => void;
  /** Reads the list anew. */
  readonly reload: () => void;
}

/** The tickets of a view, page by page as they are looked at, kept up to date by events. */
export function useQueue(view: QueueView): Queue {
  const { id: me } = useUser();
  const key = JSON.stringify(view);
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [cursor, setCursor] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view is another list.
  const model = useMemo(() => new QueueModel((row) => matches(row, view, me, serverClock.now())), [key, me]);
  const asked = useRef(new Set<number>());
  const question = useRef({ filter: {}, orderBy: {} });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` reads the same list anew.
  useEffect(() => {
    const leaving = new AbortController();
    const read = async (): Promise<void> => {
      setProblem(null);
      question.current = { filter: filterOf(view, me, serverClock.now()), orderBy: orderOf(view) };
      asked.current = new Set([1]);
      // First the cursor, then the page: whatever happens between them comes as an event.
      const { eventCursor } = await ask(QueueCursorDocument, {}, leaving.signal);
      const variables = { ...question.current, first: PAGE_ROWS, page: 1, count: true };
      const { tickets } = await ask(QueuePageDocument, variables, leaving.signal);
      if (leaving.signal.aborted) return;
      model.take(1, tickets.nodes, tickets.totalCount);
      setCursor(eventCursor);
    };
    read().catch((error: unknown) => {
      if (!leaving.signal.aborted) setProblem(asProblem(error, apiTexts.unreachable));
    });
    return () => leaving.abort();
  }, [model, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  useLive(QueueEventsDocument, {}, cursor, {
    onEvents: (events) => model.apply(events),
    onExpired: reload,
    onRefused: setProblem,
  });

  const showing = useMemo(() => {
    const read = (from: number, to: number): void => {
      const first = Math.floor(from / PAGE_ROWS) + 1;
      const last = Math.floor(to / PAGE_ROWS) + 1;
      for (let page = first; page <= last; page++) {
        if (asked.current.has(page)) continue;
        const pages = asked.current;
        pages.add(page);
        ask(QueuePageDocument, { ...question.current, first: PAGE_ROWS, page, count: false })
          .then(({ tickets }) => {
            // Of a list that has been read anew meanwhile.
            if (pages === asked.current) model.take(page, tickets.nodes, undefined);
          })
          // The next look at these rows asks again.
          .catch(() => pages.delete(page));
      }
    };
    return atMostEvery(ASK_EVERY_MS, read);
  }, [model]);
  useEffect(() => showing.stop, [showing]);
  const snapshot = useSyncExternalStore(model.subscribe, model.snapshot);
  const isLoading = snapshot.total === null;
  const shown = useRef({ model, snapshot });
  if (!isLoading) shown.current = { model, snapshot };
  return { ...shown.current, isLoading, problem, show: showing.call, reload };
}
