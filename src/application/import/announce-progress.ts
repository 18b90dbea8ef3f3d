import type { Clock, Logger } from '../runtime.ts';
import type { ImportStore, Pause } from './ports.ts';

/** At most five announcements of an import in a second. */
const GAP_MS = 200;

export interface ProgressAnnouncer {
  /** Rows of this import were committed: tell those who watch it, soon and seldom enough. Never throws. */
  announce(importId: string): void;
  /** Resolves when nothing is left to announce. */
  settled(): Promise<void>;
}

/**
 * Announces at once, then at most every 200 ms as long as there is news, so that the last state of a burst is told too.
 * The store looks at the log for announcements of other processes.
 */
export function progressAnnouncer(deps: {
  readonly imports: Pick<ImportStore, 'logProgress'>;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly logger: Logger;
}): ProgressAnnouncer {
  const news = new Set<string>();
  const running = new Map<string, Promise<void>>();

  async function run(importId: string): Promise<void> {
    try {
      while (news.has(importId)) {
        if (await deps.imports.logProgress(importId, deps.clock.now(), GAP_MS)) news.delete(importId);
        await deps.pause(GAP_MS);
      }
    } catch (error) {
      // Lost news are told with the next: every announcement re-reads the counters.
      news.delete(importId);
      deps.logger.warn({ importId, err: error }, 'import progress could not be announced');
    } finally {
      running.delete(importId);
    }
  }

  return {
    announce(importId) {
      news.add(importId);
      if (!running.has(importId)) running.set(importId, run(importId));
    },
    async settled() {
      await Promise.all(running.values());
    },
  };
}
