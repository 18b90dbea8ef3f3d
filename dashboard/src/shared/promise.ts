import type { SlaState } from '../api/schema.generated.ts';
import { durationWords } from './duration.ts';
import { sharedTexts } from './texts.ts';

/** What a promise has to say at one glance; each has its own colour, icon and words. */
export type PromiseTone = 'calm' | 'risk' | 'broken' | 'paused' | 'kept';

/** The parts of an SLA clock that are needed for it. */
export interface PromiseClock {
  readonly state: SlaState;
  readonly dueAt: string | null;
  readonly atRiskAt: string | null;
  readonly breachedAt: string | null;
  readonly metAt: string | null;
  readonly remainingSeconds: number;
}

export interface PromiseView {
  readonly tone: PromiseTone;
  readonly words: string;
}

/** How a promise stands at `now`, an instant of the server's clock in milliseconds. */
export function promiseView(clock: PromiseClock, now: number): PromiseView {
  const texts = sharedTexts.promise;
  if (clock.metAt !== null) {
    return clock.breachedAt === null ? { tone: 'kept', words: texts.kept } : { tone: 'broken', words: texts.keptLate };
  }
  if (clock.breachedAt !== null) {
    const since = durationWords(now - Date.parse(clock.breachedAt));
    return { tone: 'broken', words: clock.dueAt === null ? texts.brokenPaused : texts.broken(since) };
  }
  if (clock.dueAt === null)
    return { tone: 'paused', words: texts.paused(durationWords(clock.remainingSeconds * 1_000)) };
  const left = Date.parse(clock.dueAt) - now;
  // The breach itself is told by an event, a moment later.
  if (left <= 0) return { tone: 'broken', words: texts.due };
  const atRisk = clock.atRiskAt !== null && Date.parse(clock.atRiskAt) <= now;
  return { tone: atRisk ? 'risk' : 'calm', words: texts.left(durationWords(left)) };
}
