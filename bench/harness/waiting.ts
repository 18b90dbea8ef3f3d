import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the clock of this machine shows `at`, in milliseconds. */
export async function until(at: number): Promise<void> {
  await delay(Math.max(0, at - Date.now()));
}

/** Asks every `everyMs` until the answer is true; false when that has not happened by `deadline`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  deadline: number,
  everyMs = 20,
): Promise<boolean> {
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await delay(everyMs);
  }
  return true;
}
