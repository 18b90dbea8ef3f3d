/**
 * What `make` makes of each event of `source`, both inside `within`; `onEnd` is called once, however the stream ends, with how many
 * there were.
 */
export function countedStream<E, T>(
  source: AsyncIterable<E>,
  make: (event: E) => T | Promise<T>,
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
        const value = await within(() => make(result.value));
        events++;
        return { done: false, value };
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
