import { setTimeout as delay } from 'node:timers/promises';

/**
 * What `work` gives. Rejects with an Error that says `sentence` when that takes longer than `milliseconds`, and with
 * the signal's reason as soon as `signal` is aborted.
 */
export async function within<T>(
  milliseconds: number,
  work: Promise<T>,
  sentence: string,
  signal: AbortSignal,
): Promise<T> {
  const ended = new AbortController();
  const late = delay(milliseconds, undefined, { signal: AbortSignal.any([ended.signal, signal]) }).then(() => {
    throw new Error(sentence);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    ended.abort();
  }
}

/** Calls `tick` now and every `milliseconds` until `work` has ended, and gives what it gives. */
export async function whileTicking<T>(milliseconds: number, tick: () => void, work: Promise<T>): Promise<T> {
  tick();
  const timer = setInterval(tick, milliseconds);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Rejects with the signal's reason when `signal` is aborted; never resolves. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
