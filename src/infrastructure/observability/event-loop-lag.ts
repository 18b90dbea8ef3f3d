import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop runs what is due, in milliseconds, within the last while. */
export interface EventLoopLag {
  readonly meanMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const RESOLUTION_MS = 20;
const FORGET_MS = 60_000;
const round = (nanoseconds: number): number => Math.max(0, Math.round(nanoseconds / 1e4) / 100 - RESOLUTION_MS);
const finite = (value: number): number => (Number.isFinite(value) ? Math.round(value * 100) / 100 : 0);

/** Starts to measure. `read` gives the lag of the last minute at most; `stop` ends it. */
export function watchEventLoop(): { read(): EventLoopLag; stop(): void } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let since = performance.now();
  return {
    read() {
      const lag = {
        meanMs: finite(round(histogram.mean)),
        p99Ms: finite(round(histogram.percentile(99))),
        maxMs: finite(round(histogram.max)),
      };
      // Not at each reading: a reset loses the delay that is just being measured.
      if (performance.now() - since > FORGET_MS) {
        histogram.reset();
        since = performance.now();
      }
      return lag;
    },
    stop: () => histogram.disable(),
  };
}
