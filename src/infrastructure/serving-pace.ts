/** With so many operations a second people are being served, and not only one thing watched. */
const BUSY_PER_SECOND = 25;

/** Over how long operations are counted. */
const LOOK_MS = 500;

/**
 * How much of a work in the background is to be done at once: `most`, or 1 while people are being served, whose requests would
 * wait for a core. `answered` counts the operations so far, `now` the milliseconds; both are asked with every call, which is
 * to come each time that there is room for more.
 */
export function servingPace(most: number, answered: () => number, now: () => number): () => number {
  let since = now();
  let before = answered();
  let isBusy = false;
  return () => {
    const elapsed = now() - since;
    if (elapsed >= LOOK_MS) {
      isBusy = ((answered() - before) * 1_000) / elapsed >= BUSY_PER_SECOND;
      since += elapsed;
      before = answered();
    }
    return isBusy ? 1 : most;
  };
}
