import { stepsInOrder } from '../../domain/sla-detection.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { ClockSlices } from './ports.ts';

const SLICE = 500;

/** Told of each breach and each level of a ladder: seconds from its due instant to its commit; what edits caused is left out. */
export type DetectionLag = (seconds: number) => void;

/**
 * Records everything that has come due: warnings, breaches and further levels, in due order, exactly once however often and wherever this
 * runs. Returns how many tickets it changed. What wakes it (timer, sweep) is only a hint.
 */
export const detectBreaches =
  (deps: { slices: ClockSlices; clock: Clock; newId: NewId; observeLag: DetectionLag }) =>
  async (): Promise<number> => {
    let total = 0;
    for (;;) {
      const now = deps.clock.now();
      const slice = await deps.slices.changeDue(now, SLICE, (states) =>
        stepsInOrder(states, states.length < SLICE, { actor: null, now, newId: deps.newId }),
      );
      if (!slice) return total;
      total += new Set(slice.changes.map(({ ticket }) => ticket.id)).size;
      const committedAt = deps.clock.now().getTime();
      for (const { type, occurredAt, data } of slice.changes.flatMap(({ events }) => events)) {
        const isLate = type === 'sla.escalated' || (type === 'sla.breached' && data?.reason === 'sla_breached');
        if (isLate) deps.observeLag((committedAt - occurredAt.getTime()) / 1000);
      }
      if (slice.claimed < SLICE) return total;
    }
  };
