import { RESUMABLE_DAYS } from '../../domain/import-process.ts';
import type { Clock, Logger } from '../runtime.ts';
import type { UploadStore } from './ports.ts';

const DAY_MS = 24 * 3_600_000;
/** Longer than any upload lasts. */
const ABANDONED_AFTER_MS = DAY_MS;
/** Nobody who is resuming one may lose its bytes. */
const CANCELLED_AFTER_MS = (RESUMABLE_DAYS + 1) * DAY_MS;

/** Deletes the bytes of uploads that a crash cut off before they became an import, and of imports cancelled too long ago to go on. */
export const sweepUploads =
  (deps: { readonly uploads: UploadStore; readonly clock: Clock; readonly logger: Logger }) =>
  async (): Promise<void> => {
    const now = deps.clock.now().getTime();
    const pieces = await deps.uploads.sweep(new Date(now - ABANDONED_AFTER_MS), new Date(now - CANCELLED_AFTER_MS));
    if (pieces > 0) deps.logger.info({ pieces }, 'deleted upload pieces that nothing needs any more');
  };
