import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenAct } from '../application/trail/open-act.ts';
import type { OpenActs } from '../application/trail/ports.ts';

/** Follows an act through everything that is awaited for it, so that whatever transaction makes its change can carry its entry. */
export function openActs(): OpenActs {
  const storage = new AsyncLocalStorage<OpenAct>();
  return { run: (act, work) => storage.run(act, work), current: () => storage.getStore() };
}
