import { useEffect, useSyncExternalStore } from 'react';
import { session } from '../api/session.ts';
import { useKept } from '../shared/kept.tsx';
import { sendFile } from './send-file.ts';
import { type Upload, Uploads } from './uploads.ts';

/** Asked before the tab is closed while something is being sent: what has not arrived is lost then. */
const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

function makeUploads(): Uploads {
  const uploads = new Uploads(sendFile);
  uploads.subscribe(() => {
    const isBusy = uploads.list().some(({ state }) => state === 'waiting' || state === 'sending');
    if (isBusy) addEventListener('beforeunload', warn);
    else removeEventListener('beforeunload', warn);
  });
  const unsubscribe = session.subscribe(() => {
    if (session.state().kind !== 'signedOut') return;
    unsubscribe();
    uploads.stop();
  });
  return uploads;
}

/** The uploads of whoever is signed in, and their list as it is now. */
export function useUploads(): { readonly uploads: Uploads; readonly list: readonly Upload[] } {
  const uploads = useKept('uploads', makeUploads);
  return { uploads, list: useSyncExternalStore(uploads.subscribe, uploads.list) };
}

/** Calls `ask` every `everyMs` while the page is looked at, and at once when it is looked at again. */
export function useAskedAgain(everyMs: number, ask: () => void): void {
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible') ask();
    };
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [everyMs, ask]);
}
