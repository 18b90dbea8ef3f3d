import { detect } from '../../domain/sla-detection.ts';
import type { Clock, NewId } from '../runtime.ts';
import type { ClockSlices } from './ports.ts';

const SLICE = 500;

/** Told of each breach: seconds from the due instant to the commit of its alert; policy edits are left out. */
export type DetectionLag = (seconds: number) => void;

/**
 * Records everything that has come due: at-risk warnings and breaches, in due order, exactly once however often and wherever this
 * runs. Returns how many tickets it changed. What wakes it (timer, sweep) is only a hint.
 */
export const detectBreaches =
  (deps: { slices: ClockSlices; clock: Clock; newId: NewId; observeLag: DetectionLag }) =>
  async (): Promise<number> => {
    let total = 0;
    for (;;) {
      const now = deps.clock.now();
      const slice = await deps.slices.changeDue(now, SLICE, ({ ticket, policy }) =>
        detect(ticket, policy, { actor: null, now, newId: deps.newId }),
      );
      if (!slice) return total;
      total += slice.changes.length;
      const committedAt = deps.clock.now().getTime();
      for (const { events } of slice.changes) {
        for (const event of events) {
          if (event.type === 'sla.breached') deps.observeLag((committedAt - event.occurredAt.getTime()) / 1000);
        }
      }
      if (slice.claimed < SLICE) return total;
    }
  };
