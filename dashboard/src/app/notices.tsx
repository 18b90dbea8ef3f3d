import { useEffect, useSyncExternalStore } from 'react';
import { notices } from '../shared/notify.ts';

/** What was done, or was not. Its code comes beside the first page, not before it; then it is there also while the connection is lost. */
export function Notices() {
  useEffect(() => void notices.get().catch(() => undefined), []);
  const loaded = useSyncExternalStore(notices.subscribe, notices.value);
  return loaded ? <loaded.Notifications position="bottom-right" limit={4} /> : null;
}
