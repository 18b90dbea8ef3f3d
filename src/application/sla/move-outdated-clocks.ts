import type { NewEvent } from '../../domain/event.ts';
import { stepsInOrder } from '../../domain/sla-detection.ts';
import type { Clock, Logger, NewId } from '../runtime.ts';
import type { MovedBatch, MoveProgress, OutdatedClocks, OutdatedScope } from './ports.ts';

/** How many tickets move before a mutation answers; more move in the background (docs/sla.md). */
export const MOVED_AT_ONCE = 500;

/** A batch that is unknown to be quick is small. */
const FIRST_BATCH = 50;
const SMALLEST_BATCH = 20;
const LARGEST_BATCH = 1_000;
/** No ticket is to be locked for more than 100 ms: a batch that takes three times as long as the one before still keeps to that. */
const WANTED_HELD_MS = 30;

const MOVED_PER_LOG_LINE = 10_000;

const EVERYWHERE: readonly OutdatedScope[] = [{ tier: 'VIP' }, { tier: 'NORMAL' }, 'retiered'];

export type MoveOutdatedClocks = (
  scope: OutdatedScope | 'all',
  limits?: MoveLimits,
) => Promise<{ moved: number; more: boolean }>;

export interface MoveLimits {
  /** How many tickets; MOVED_AT_ONCE unless given. */
  readonly atMost?: number;
  /** Aborted when the process stops: what is left waits for the next call. */
  readonly signal?: AbortSignal;
}

interface Deps {
  readonly outdated: OutdatedClocks;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  /** Asks for the rest in the background. */
  readonly scheduleMore: () => Promise<void>;
}

/**
 * Puts unsettled tickets that run under an outdated policy or a former tier under the one in force, `atMost` of them, in transactions
 * that are as large as stays short. Each batch of a tier logs a policy.moved event. Safe to repeat and to run twice at a time: a ticket
 * that is up to date is left alone. `more` is false when nothing is left.
 */
export const moveOutdatedClocks =
  (deps: Deps): MoveOutdatedClocks =>
  async (scope, { atMost = MOVED_AT_ONCE, signal } = {}) => {
    const operator = operatorLog(deps.log);
    const scopes = scope === 'all' ? EVERYWHERE : [scope];
    let moved = 0;
    let size = FIRST_BATCH;
    /** Whether nothing outdated was left in sight. */
    const moveAll = async (): Promise<boolean> => {
      for (const each of scopes) {
        for (let isDone = false; !isDone; ) {
          if (signal?.aborted || moved >= atMost) return false;
          const limit = Math.min(size, atMost - moved);
          const batch = await deps.outdated.changeOutdated(each, {
            limit,
            rule: (states) => stepsInOrder(states, true, { actor: null, now: deps.clock.now(), newId: deps.newId }),
            report: (progress) => progressEvent(progress, deps),
          });
          moved += batch.moved;
          isDone = batch.isDone;
          if (batch.moved === limit) size = nextBatchSize(limit, batch.heldMs);
          operator(batch);
        }
      }
      return true;
    };

    let isDone = await moveAll();
    if (isDone && (scope !== 'all' || moved > 0)) {
      // Whoever was creating or reopening a ticket during the edit may have done it under the policy before; now it shows.
      await deps.outdated.changesUnderWay();
      isDone = await moveAll();
    }
    if (!isDone && !signal?.aborted) {
      await deps.scheduleMore().catch((error: unknown) => {
        // The edit stands, and the sweep finds what is left.
        deps.log.warn({ err: error }, 'the rest of a policy move could not be queued');
      });
    }
    return { moved, more: !isDone };
  };

/** How many tickets to claim after `size` of them were locked for `heldMs`: fewer at once, more step by step. */
export function nextBatchSize(size: number, heldMs: number): number {
  const fitting = Math.floor((size * WANTED_HELD_MS) / Math.max(heldMs, 1));
  return Math.max(SMALLEST_BATCH, Math.min(fitting, 2 * size, LARGEST_BATCH));
}

function progressEvent(progress: MoveProgress, { clock, newId }: Pick<Deps, 'clock' | 'newId'>): NewEvent {
  return {
    id: newId(),
    type: 'policy.moved',
    subjectId: null,
    actorId: null,
    from: null,
    to: `${progress.version}`,
    occurredAt: clock.now(),
    data: { ...progress },
  };
}

/** One line for many batches: at the end of a tier, and now and then before. */
function operatorLog(log: Logger): (batch: MovedBatch) => void {
  let moved = 0;
  let longestHeldMs = 0;
  return ({ progress, heldMs }) => {
    if (!progress) return;
    moved += progress.moved;
    longestHeldMs = Math.max(longestHeldMs, Math.round(heldMs));
    const { tier, version, remaining } = progress;
    if (moved === 0 || (moved < MOVED_PER_LOG_LINE && remaining > 0)) return;
    log.info({ tier, policyVersion: version, moved, remaining, longestHeldMs }, 'tickets moved to the policy in force');
    moved = 0;
    longestHeldMs = 0;
  };
}
