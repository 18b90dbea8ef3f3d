import { completed } from '../../domain/import-process.ts';
import type { Clock } from '../runtime.ts';
import type { ImportStore, RefreshReports } from './ports.ts';

/**
 * Ends an import of which nothing is on its way any more, after the reports show its rows. Safe to call at any time and
 * by many at once: one of them ends it, and only while it is still through.
 */
export const finishImport =
  (deps: { readonly imports: ImportStore; readonly refreshReports: RefreshReports; readonly clock: Clock }) =>
  async (importId: string): Promise<void> => {
    if (!(await deps.imports.isThrough(importId))) return;
    await deps.refreshReports();
    const now = deps.clock.now();
    await deps.imports.finish(importId, now, (process) => completed(process, now));
  };

export type FinishImport = ReturnType<typeof finishImport>;
