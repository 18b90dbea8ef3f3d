import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { useUser } from '../api/use-session.ts';
import { type AlarmState, announcementOf, Bell, canNotify, notifyDesktop } from './alarm.ts';
import type { FeedEntry } from './alert-feed.ts';
import { keepAlarm, keptAlarm } from './kept-alerts.ts';

export interface Alarm {
  readonly sound: AlarmState;
  readonly desktop: AlarmState;
  readonly switchSound: () => void;
  readonly switchDesktop: () => void;
  /** Tells of new alerts in every way that is on. */
  readonly tell: (entries: readonly FeedEntry[]) => void;
}

/** What follows an announcement sooner than this is told together: a burst is two notifications, not fifty. */
const TOGETHER_MS = 1_500;

/** Tone and notifications: off until somebody turns them on by a click, then as they were left, for this person on this browser. */
export function useAlarm(): Alarm {
  const { id } = useUser();
  const [kept, setKept] = useState(() => keptAlarm(localStorage, id));
  const [bell] = useState(() => new Bell());
  // The state of the bell is the browser's: read again after whatever may have changed it.
  const [, look] = useReducer((round: number) => round + 1, 0);
  useEffect(() => keepAlarm(localStorage, id, kept), [id, kept]);
  useEffect(() => {
    if (!kept.sound) return;
    const wake = (): void => void bell.turn(true).then(look);
    wake();
    document.addEventListener('pointerup', wake);
    document.addEventListener('keyup', wake);
    return () => {
      document.removeEventListener('pointerup', wake);
      document.removeEventListener('keyup', wake);
    };
  }, [bell, kept.sound]);
  useEffect(() => () => bell.close(), [bell]);

  const switchSound = useCallback(() => {
    const sound = !kept.sound;
    setKept((before) => ({ ...before, sound }));
    void bell.turn(sound).then(() => {
      if (sound) bell.ring();
      look();
    });
  }, [bell, kept.sound]);
  const switchDesktop = useCallback(() => {
    if (kept.desktop && Notification.permission === 'granted') {
      return setKept((before) => ({ ...before, desktop: false }));
    }
    void Notification.requestPermission().then((permission) => {
      setKept((before) => ({ ...before, desktop: permission === 'granted' }));
      look();
    });
  }, [kept.desktop]);
  const desktop = desktopState(kept.desktop);
  const say = useRef((_: readonly FeedEntry[]): void => undefined);
  say.current = (entries) => {
    const announcement = announcementOf(entries);
    if (!announcement) return;
    if (announcement.isUrgent) bell.ring();
    if (desktop === 'on') notifyDesktop(announcement);
  };
  const tell = useGathered(say);
  return { sound: bell.state, desktop, switchSound, switchDesktop, tell };
}

function desktopState(isWanted: boolean): AlarmState {
  if (!canNotify() || Notification.permission === 'denied') return 'denied';
  if (Notification.permission === 'default') return 'blocked';
  return isWanted ? 'on' : 'off';
}

/** Hands the first on at once, and what comes soon after it together. */
function useGathered(say: { readonly current: (entries: readonly FeedEntry[]) => void }): Alarm['tell'] {
  const gathered = useRef<{ timer?: ReturnType<typeof setTimeout>; waiting: FeedEntry[] }>({ waiting: [] });
  useEffect(() => () => clearTimeout(gathered.current.timer), []);
  return useCallback(
    (entries) => {
      const { current } = gathered;
      if (current.timer !== undefined) return void current.waiting.push(...entries);
      const rest = (): void => {
        const { waiting } = current;
        current.waiting = [];
        current.timer = waiting.length > 0 ? setTimeout(rest, TOGETHER_MS) : undefined;
        if (waiting.length > 0) say.current(waiting);
      };
      current.timer = setTimeout(rest, TOGETHER_MS);
      say.current(entries);
    },
    [say],
  );
}
