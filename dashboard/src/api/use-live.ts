import type { TypedDocumentNode } from '@urql/core';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Connection } from './connection.ts';
import { live } from './live.ts';
import type { Problem } from './problem.ts';

export interface LiveHandlers<Event> {
  /** Events in order, each once; those of one moment together, so that a burst is drawn once. */
  readonly onEvents: (events: readonly Event[]) => void;
  /** The log no longer has what followed the cursor: load anew, and give the new cursor. */
  readonly onExpired: () => void;
  readonly onRefused?: (problem: Problem) => void;
}

/** Often enough to look instant, seldom enough that a burst of thousands is a few drawings. */
const GATHER_MS = 80;

/**
 * Follows a subscription from `cursor` on, for as long as the component stands. Read `eventCursor` with (in the same query, before) the
 * page and give it here: then there is no gap between page and stream. undefined: not yet known, nothing is followed. The place in the
 * log is kept over lost connections; a new `cursor` begins anew from there.
 */
export function useLive<Data extends object, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  cursor: string | undefined,
  handlers: LiveHandlers<Data[keyof Data]>,
): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (cursor === undefined) return;
    let gathered: Data[keyof Data][] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hand = (): void => {
      timer = undefined;
      const events = gathered;
      gathered = [];
      latest.current.onEvents(events);
    };
    const stop = live.follow(document, JSON.parse(key) as Omit<Variables, 'after'>, {
      cursor,
      onEvent: (event) => {
        gathered.push(event);
        timer ??= setTimeout(hand, GATHER_MS);
      },
      onExpired: () => latest.current.onExpired(),
      onRefused: (problem) => latest.current.onRefused?.(problem),
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [document, key, cursor]);
}

/** How the line of events stands. */
export function useConnection(): Connection {
  return useSyncExternalStore(live.subscribe, live.connection);
}
