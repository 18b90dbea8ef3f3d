import { AsyncLocalStorage } from 'node:async_hooks';

/** A value that is known to whatever is called, also after awaiting, while some work runs. */
export interface Followed<T> {
  /** Runs `work`, to which `value` is the current one; nests. */
  run<R>(value: T, work: () => R): R;
  /** The innermost value; undefined outside of all work. */
  current(): T | undefined;
}

/** One for all: before Node 24 each storage is copied for every promise and every handle of the process. */
const storage = new AsyncLocalStorage<Readonly<Record<symbol, unknown>>>();

export function followed<T>(): Followed<T> {
  const key = Symbol();
  return {
    run: (value, work) => storage.run({ ...storage.getStore(), [key]: value }, work),
    current: () => storage.getStore()?.[key] as T | undefined,
  };
}
