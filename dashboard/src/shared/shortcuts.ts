import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type KeyPress, ShortcutMatcher } from './shortcut-matcher.ts';

export interface Shortcut {
  /** As on the keyboard: "j", "?", "Enter", "Escape"; two after another: "g q". */
  readonly keys: string;
  /** What it does, for the help. */
  readonly does: string;
  readonly run: () => void;
}

interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

const groups = new Map<symbol, Group>();
let shown: readonly Group[] = [];
const listeners = new Set<() => void>();
const matcher = new ShortcutMatcher();

function changed(): void {
  shown = [...groups.values()];
  for (const listener of listeners) listener();
}

/** Whether keys are meant as text, or for a control of their own. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // A box that was ticked keeps the focus, and needs no more than the space bar.
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|submit)$/.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  // A dialog has the keyboard to itself; closed lists stay in the page, unseen.
  const open = document.querySelectorAll('[role="dialog"][aria-modal="true"], [role="menu"], [role="listbox"]');
  if ([...open].some((each) => each.checkVisibility())) return;
  const onControl = event.target instanceof Element && event.target.closest('button, a, [role="button"]');
  if (onControl && (event.key === 'Enter' || event.key === ' ')) return;
  const all = [...groups.values()].reverse().flatMap(({ shortcuts }) => shortcuts);
  const press: KeyPress = { key: event.key, at: event.timeStamp };
  const hit = matcher.press(press, all);
  if (!hit) return;
  event.preventDefault();
  hit.run();
}

/** Keys of a page, for as long as it stands: the help (?) lists them under `title`. Later ones go before earlier ones. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const listed = JSON.stringify(shortcuts.map(({ keys, does }) => [keys, does]));
  useEffect(() => {
    const id = Symbol(title);
    const list = (JSON.parse(listed) as [string, string][]).map(([keys, does]) => ({
      keys,
      does,
      run: () => latest.current.find((each) => each.keys === keys)?.run(),
    }));
    if (groups.size === 0) document.addEventListener('keydown', onKey);
    groups.set(id, { title, shortcuts: list });
    changed();
    return () => {
      groups.delete(id);
      if (groups.size === 0) document.removeEventListener('keydown', onKey);
      changed();
    };
  }, [title, listed]);
}

/** Every shortcut that works now, by its page. */
export function useShortcutGroups(): readonly Group[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
