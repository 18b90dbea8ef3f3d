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
      handle: async () => {
        await detectBreaches();
        // A ticket that was created while its policy was being edited is caught up with here.
        await moveOutdatedClocks('all');
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
