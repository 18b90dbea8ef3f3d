import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ask } from '../api/client.ts';
import { live } from '../api/live.ts';
import { serverClock } from '../api/server-clock.ts';
import { useLive } from '../api/use-live.ts';
import { useUser } from '../api/use-session.ts';
import { AlertFeed, type FeedEntry, type FeedSnapshot } from './alert-feed.ts';
import { WallAlertsDocument, WallCursorDocument } from './documents.generated.ts';
import { keepAlerts, keptAlerts } from './kept-alerts.ts';

/** A time without a connection. Milliseconds of the server's clock. */
export interface Away {
  readonly since: number;
  /** null: not back yet. */
  readonly until: number | null;
}

export interface Alerts {
  readonly snapshot: FeedSnapshot;
  readonly clear: () => void;
  /** The lost connection, and for a moment the one that is back; null: all is well. */
  readonly away: Away | null;
  /** Since when the list begins anew, when what was kept of it leads nowhere any more. */
  readonly begunAnew: number | null;
  readonly settleAnew: () => void;
}

/** Every alert once: those since the list began, also those of the time in which nobody listened, then live. */
export function useAlerts(onNew: (entries: readonly FeedEntry[]) => void): Alerts {
  const { id } = useUser();
  // A visit to another page and back reads the list anew, as a reload does.
  const [feed] = useState(
    () => new AlertFeed(keptAlerts(localStorage, id), (kept) => keepAlerts(localStorage, id, kept)),
  );
  const [cursor, setCursor] = useState(feed.from ?? undefined);
  const [begunAnew, setBegunAnew] = useState<number | null>(null);
  const { away, listeningSince } = useAway();
  const needsCursor = cursor === undefined;

  useEffect(() => {
    if (!needsCursor) return;
    const leaving = new AbortController();
    const begin = async (): Promise<void> => {
      const { eventCursor } = await ask(WallCursorDocument, {}, leaving.signal);
      if (leaving.signal.aborted) return;
      if (feed.from !== null) setBegunAnew(serverClock.now());
      feed.begin(eventCursor);
      setCursor(eventCursor);
    };
    const attempt = (): void => {
      begin().catch(() => {
        if (!leaving.signal.aborted) timer = setTimeout(attempt, AGAIN_MS);
      });
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    attempt();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [needsCursor, feed]);

  const goOnAnew = (): void => {
    setCursor((cursor === undefined ? null : feed.afterExpiry(cursor)) ?? undefined);
  };
  useLive(WallAlertsDocument, {}, cursor, {
    onEvents: (alerts) => {
      const added = feed.take(alerts, listeningSince.current);
      if (added.length > 0) onNew(added);
    },
    onExpired: goOnAnew,
    // A cursor of another database, or a damaged one.
    onRefused: ({ code }) => {
      if (code === 'VALIDATION_FAILED') goOnAnew();
    },
  });
  const snapshot = useSyncExternalStore(feed.subscribe, feed.snapshot);
  return { snapshot, clear: () => feed.clear(), away, begunAnew, settleAnew: () => setBegunAnew(null) };
}

const AGAIN_MS = 2_000;

/** When the page last lost its line, and since when it has one. */
function useAway() {
  const [away, setAway] = useState<Away | null>(null);
  const listeningSince = useRef(serverClock.now());
  useEffect(() => {
    let lostAt: number | null = null;
    return live.subscribe(() => {
      const connection = live.connection();
      if (connection.kind === 'reconnecting') {
        lostAt = connection.since;
        setAway({ since: lostAt, until: null });
      } else if (connection.kind === 'live' && lostAt !== null) {
        // Set before the first alert of the new connection arrives.
        listeningSince.current = serverClock.now();
        setAway({ since: lostAt, until: listeningSince.current });
        lostAt = null;
      } else if (connection.kind === 'live' && connection.caughtUp === null) setAway(null);
    });
  }, []);
  return { away, listeningSince };
}
