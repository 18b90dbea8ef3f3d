import { useCallback, useSyncExternalStore } from 'react';
import { serverClock } from '../api/server-clock.ts';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** All at once, when the server's clock begins a new second. */
function tick(): void {
  timer = setTimeout(tick, 1_000 - (serverClock.now() % 1_000));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) timer = setTimeout(tick, 1_000 - (serverClock.now() % 1_000));
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

/**
 * What `view` makes of the server's present second; the component is drawn again only when that becomes another text. One timer serves
 * every component, so that a table of countdowns costs what changes in it.
 */
export function useNowText(view: (now: number) => string): string {
  const snapshot = useCallback(() => view(Math.floor(serverClock.now() / 1_000) * 1_000), [view]);
  return useSyncExternalStore(subscribe, snapshot);
}
