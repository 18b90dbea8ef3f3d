import { useSyncExternalStore } from 'react';
import { notices } from '../shared/notify.ts';

/** What was done, or was not; nothing is said before the code for it has been loaded. */
export function Notices() {
  const loaded = useSyncExternalStore(notices.subscribe, notices.value);
  return loaded ? <loaded.Notifications position="bottom-right" limit={4} /> : null;
}
