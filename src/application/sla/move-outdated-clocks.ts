import { stepsInOrder } from '../../domain/sla-detection.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { ClockSlices, OutdatedScope } from './ports.ts';

/** How many tickets move before a mutation answers; more move in the background (docs/sla.md). */
export const MOVED_AT_ONCE = 500;

const SLICE = 250;

export type MoveOutdatedClocks = (
  scope: OutdatedScope,
  limits?: MoveLimits,
) => Promise<{ moved: number; more: boolean }>;

export interface MoveLimits {
  /** How many tickets; MOVED_AT_ONCE unless given. */
  readonly atMost?: number;
  /** Aborted when the process stops: what is left waits for the next call. */
  readonly signal?: AbortSignal;
}

/**
 * Puts unsettled tickets that run under an outdated policy or a former tier under the one in force, in short transactions, `atMost`
 * of them. Safe to repeat and to run twice at a time: a ticket that is up to date is left alone.
 */
export const moveOutdatedClocks =
  (deps: { slices: ClockSlices; clock: Clock; newId: NewId; scheduleMore: () => Promise<void> }): MoveOutdatedClocks =>
  async (scope, { atMost = MOVED_AT_ONCE, signal } = {}) => {
    let moved = 0;
    let more = true;
    while (more && moved < atMost && !signal?.aborted) {
      const limit = Math.min(SLICE, atMost - moved);
      const slice = await deps.slices.changeOutdated(scope, limit, (states) =>
        stepsInOrder(states, true, { actor: null, now: deps.clock.now(), newId: deps.newId }),
      );
      moved += slice;
      more = slice === limit;
    }
    if (more && !signal?.aborted) await deps.scheduleMore();
    return { moved, more };
  };
