import { AsyncLocalStorage } from 'node:async_hooks';

/** Knows under which time limit something runs, however deep it was called. */
export interface OperationSignals {
  /** Runs `work`; whatever it calls, also after awaiting, runs under `signal`. */
  run<T>(signal: AbortSignal, work: () => T): T;
  current(): AbortSignal | undefined;
}

export function operationSignals(): OperationSignals {
  const storage = new AsyncLocalStorage<AbortSignal>();
  return {
    run: (signal, work) => storage.run(signal, work),
    current: () => storage.getStore(),
  };
}
