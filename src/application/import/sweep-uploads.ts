import type { Clock, Logger } from '../runtime.ts';
import type { UploadStore } from './ports.ts';

/** Longer than any upload lasts. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/** Deletes the bytes of uploads that a crash cut off before they became an import. */
export const sweepUploads =
  (deps: { readonly uploads: UploadStore; readonly clock: Clock; readonly logger: Logger }) =>
  async (): Promise<void> => {
    const before = new Date(deps.clock.now().getTime() - ABANDONED_AFTER_MS);
    const pieces = await deps.uploads.sweep(before);
    if (pieces > 0) deps.logger.info({ pieces }, 'deleted upload pieces that nothing needs any more');
  };
