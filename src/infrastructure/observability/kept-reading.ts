/** Of the time that passes, at most this part is spent on a reading. */
const SHARE = 1 / 50;

/**
 * A costly reading that is taken at most once in `keepMs`, and less often when it takes long, however often it is asked for. Whoever asks
 * while it is being taken waits for that one; a failure is not kept.
 */
export function keptReading<T>(
  read: () => Promise<T>,
  keepMs: number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let reading: Promise<T> | null = null;
  let keptUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (reading && now() < keptUntil) return reading;
    const startedAt = now();
    keptUntil = Number.POSITIVE_INFINITY;
    reading = read();
    reading.then(
      () => {
        keptUntil = now() + Math.max(keepMs, (now() - startedAt) / SHARE);
      },
      () => {
        reading = null;
      },
    );
    return reading;
  };
}
