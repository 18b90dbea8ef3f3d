import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ask } from '../api/client.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import type { TicketStatus } from '../api/schema.generated.ts';
import { apiTexts } from '../api/texts.ts';
import { useLive } from '../api/use-live.ts';
import { LEADS, useUser } from '../api/use-session.ts';
import { WallBrokenDocument, WallCursorDocument, WallEventsDocument, WallNextDocument } from './documents.generated.ts';
import { WallModel, type WallSnapshot, type WallTicket } from './wall-model.ts';

/** Statuses in which a promise is still to be kept. */
const OPEN: readonly TicketStatus[] = ['OPEN', 'IN_PROGRESS', 'PENDING', 'ESCALATED'];
/** Pages of 100 broken promises that are read; more than that nobody sees on a wall. */
const MOST_PAGES = 3;

export interface Wall {
  readonly model: WallModel;
  readonly snapshot: WallSnapshot;
  /** Why the wall could not be read; null once it stands. */
  readonly problem: Problem | null;
  readonly reload: () => void;
}

/** What is broken and what is next due, of everything or, for an agent, of what they hold; kept up to date by events. */
export function useWall(): Wall {
  const { id, role } = useUser();
  const holder = LEADS.includes(role) ? null : id;
  const model = useMemo(() => new WallModel(holder), [holder]);
  const [cursor, setCursor] = useState<string>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const isReading = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` reads it anew.
  useEffect(() => {
    const leaving = new AbortController();
    isReading.current = true;
    setProblem(null);
    read(model, holder, leaving.signal)
      .then((eventCursor) => {
        if (!leaving.signal.aborted) setCursor(eventCursor);
      })
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) setProblem(asProblem(error, apiTexts.unreachable));
      })
      .finally(() => {
        if (!leaving.signal.aborted) isReading.current = false;
      });
    return () => leaving.abort();
  }, [model, holder, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  useLive(WallEventsDocument, {}, cursor, {
    onEvents: (events) => model.apply(events),
    onExpired: reload,
    onRefused: setProblem,
  });
  const snapshot = useSyncExternalStore(model.subscribe, model.snapshot);
  useEffect(() => {
    if (snapshot.isShort && !isReading.current) reload();
  }, [snapshot, reload]);
  return { model, snapshot, problem: snapshot.isReady ? null : problem, reload };
}

async function read(model: WallModel, holder: string | null, signal: AbortSignal): Promise<string> {
  const held = holder === null ? {} : { assigneeId: holder };
  // First the cursor, then the lists: whatever happens between them comes as an event.
  const { eventCursor } = await ask(WallCursorDocument, {}, signal);
  const [broken, next] = await Promise.all([
    readBroken({ status: OPEN, slaState: ['BREACHED'], ...held }, signal),
    ask(WallNextDocument, { filter: { status: OPEN, slaState: ['RUNNING'], ...held } }, signal),
  ]);
  if (!signal.aborted) {
    const { nodes, pageInfo } = next.tickets;
    model.take({ ...broken, next: nodes, hasMoreNext: pageInfo.hasNextPage });
  }
  return eventCursor;
}

async function readBroken(filter: object, signal: AbortSignal): Promise<{ broken: WallTicket[]; brokenTotal: number }> {
  const found = new Map<string, WallTicket>();
  let total = 0;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { tickets } = await ask(WallBrokenDocument, { filter, page }, signal);
    total = tickets.totalCount;
    for (const ticket of tickets.nodes) found.set(ticket.id, ticket);
    if (found.size >= total || tickets.nodes.length === 0) break;
  }
  return { broken: [...found.values()], brokenTotal: total };
}
