/** Calls `run` at once, and from then on at most every `ms`, with what was asked for last; `stop` forgets what is still asked for. */
export function atMostEvery<A extends readonly unknown[]>(
  ms: number,
  run: (...asked: A) => void,
): { readonly call: (...asked: A) => void; readonly stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: A | undefined;
  const call = (...asked: A): void => {
    if (timer !== undefined) {
      waiting = asked;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      const next = waiting;
      waiting = undefined;
      if (next) call(...next);
    }, ms);
    run(...asked);
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    waiting = undefined;
  };
  return { call, stop };
}
