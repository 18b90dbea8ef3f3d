/** Wraps a subscription's results: each is made inside `within`, and `onEnd` is called once, however the stream ends. */
export function countedStream<T>(
  source: AsyncIterable<T>,
  within: <R>(work: () => R) => R,
  onEnd: (events: number) => void,
): AsyncIterableIterator<T, undefined, undefined> {
  const results = source[Symbol.asyncIterator]();
  let events = 0;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd(events);
  };
  // By hand: an async generator that waits in next() could not be ended by return().
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const result = await within(() => results.next());
        if (result.done) {
          end();
          return { done: true, value: undefined };
        }
        events++;
        return { done: false, value: result.value };
      } catch (error) {
        end();
        throw error;
      }
    },
    async return() {
      end();
      await results.return?.();
      return { done: true, value: undefined };
    },
  };
}
