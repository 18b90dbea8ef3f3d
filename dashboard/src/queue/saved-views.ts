import { parseView, viewParams } from './view.ts';

/** A view under a name; `query` is its address without "?". */
export interface NamedView {
  readonly name: string;
  readonly query: string;
}

const KEY = 'techsupport-views';
const MOST = 30;

/** The views that somebody has saved on this browser, in the order of their names. Whatever else is kept there is left out. */
export function savedViews(storage: Pick<Storage, 'getItem'>, userId: string): NamedView[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(`${KEY}:${userId}`) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isNamedView).map(tidied) : [];
  } catch {
    return [];
  }
}

/** Saves a view; another one of the same name gives way to it. Returns what is kept then. */
export function saveView(storage: Pick<Storage, 'getItem' | 'setItem'>, userId: string, view: NamedView): NamedView[] {
  const others = savedViews(storage, userId).filter(({ name }) => name !== view.name);
  return keep(storage, userId, [...others, tidied(view)].slice(-MOST));
}

export function forgetView(storage: Pick<Storage, 'getItem' | 'setItem'>, userId: string, name: string): NamedView[] {
  const others = savedViews(storage, userId).filter((view) => view.name !== name);
  return keep(storage, userId, others);
}

function keep(storage: Pick<Storage, 'setItem'>, userId: string, views: NamedView[]): NamedView[] {
  const sorted = views.sort((a, b) => a.name.localeCompare(b.name));
  storage.setItem(`${KEY}:${userId}`, JSON.stringify(sorted));
  return sorted;
}

function tidied({ name, query }: NamedView): NamedView {
  return { name, query: viewParams(parseView(new URLSearchParams(query))).toString() };
}

function isNamedView(value: unknown): value is NamedView {
  const { name, query } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return typeof name === 'string' && typeof query === 'string';
}
