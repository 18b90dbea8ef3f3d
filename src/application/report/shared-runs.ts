/**
 * Lets callers share the runs of `run`: one at a time, and a call made while one is under way waits for the next, which
 * begins after it. So whoever awaits a call knows that a whole run lies after it, however many callers there are.
 */
export function sharedRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let next: Promise<T> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    if (next) return next;
    const begun = last.then(() => {
      next = null;
      return run();
    });
    next = begun;
    last = begun.catch(() => undefined);
    return begun;
  };
}
