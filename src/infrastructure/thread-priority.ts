import { getPriority, setPriority } from 'node:os';

/** The niceness of work in the background: whoever waits for an answer goes first. */
export const BACKGROUND_NICENESS = 10;

/** Lets everything else go before the thread that calls this. */
export function stepBack(): void {
  try {
    // Only Linux has priorities of threads; elsewhere this would be the whole process.
    if (process.platform === 'linux' && getPriority() < BACKGROUND_NICENESS) setPriority(BACKGROUND_NICENESS);
  } catch {
    // A sandbox that forbids it forbids no work.
  }
}
