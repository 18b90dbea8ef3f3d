import type { JobHandler } from '../../application/queue/ports.ts';
import type { MoveOutdatedClocks } from '../../application/sla/move-outdated-clocks.ts';

export interface SlaJobDeps {
  readonly detectBreaches: () => Promise<number>;
  readonly moveOutdatedClocks: MoveOutdatedClocks;
}

/** The second hint beside the deadline timer: whatever is overdue, or under an outdated policy, is found here. */
export function slaJobs({ detectBreaches, moveOutdatedClocks }: SlaJobDeps): readonly JobHandler[] {
  return [
    {
      queue: 'sla-sweep',
      name: 'sweep',
      handle: async (_payload, { signal }) => {
        await detectBreaches();
        // What a move has left because its process ended, or its queue was lost.
        await moveOutdatedClocks('all', { signal });
      },
    },
    {
      queue: 'policy-moves',
      name: 'move',
      handle: async (_payload, { signal }) => {
        await moveOutdatedClocks('all', { atMost: Number.POSITIVE_INFINITY, signal });
      },
    },
  ];
}
