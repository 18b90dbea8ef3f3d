import { type ComponentType, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Later } from './later.ts';

const AGAIN_MS = 2_000;

/** A dialog whose code comes apart from the page: when it is first opened, or soon after the page. */
export function laterDialog<P extends { readonly opened: boolean }>(
  load: () => Promise<ComponentType<P>>,
): (props: P) => ReactNode {
  const later = new Later(load);
  return function LaterDialog(props: P) {
    const Dialog = useSyncExternalStore(later.subscribe, later.value);
    const [ready, setReady] = useState(false);
    const [failed, setFailed] = useState(0);
    const { opened } = props;
    useEffect(() => {
      // It is drawn closed first: opening is when it remembers where the focus was.
      if (Dialog) setReady(true);
      if (Dialog || !opened) return;
      const timer = setTimeout(
        () => later.get().catch(() => setFailed((times) => times + 1)),
        failed > 0 ? AGAIN_MS : 0,
      );
      return () => clearTimeout(timer);
    }, [Dialog, opened, failed]);
    return Dialog ? <Dialog {...props} opened={opened && ready} /> : null;
  };
}
