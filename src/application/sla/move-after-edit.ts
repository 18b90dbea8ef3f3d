import type { Logger } from '../runtime.ts';
import type { MoveOutdatedClocks } from './move-outdated-clocks.ts';
import type { OutdatedScope } from './ports.ts';

export type MoveAfterEdit = (scope: OutdatedScope) => Promise<void>;

/**
 * Moves the first tickets that an edit has outdated. Never throws: the edit stands whatever becomes of the move, and the sweep finds
 * what is left.
 */
export const moveAfterEdit =
  (deps: { moveOutdatedClocks: MoveOutdatedClocks; log: Logger }): MoveAfterEdit =>
  async (scope) => {
    try {
      await deps.moveOutdatedClocks(scope);
    } catch (error) {
      deps.log.warn({ err: error }, 'tickets could not be moved to an edit at once; the sweep will move them');
    }
  };
