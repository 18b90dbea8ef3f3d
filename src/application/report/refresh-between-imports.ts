/**
 * Recomputes what is stale unless rows are coming in: they make most days stale over and over, their import has the reports
 * recomputed at its end, and whoever reads a report before then has it brought up to date.
 */
export const refreshBetweenImports =
  (deps: { readonly isImporting: () => Promise<boolean>; readonly refreshReports: () => Promise<void> }) =>
  async (): Promise<void> => {
    if (!(await deps.isImporting())) await deps.refreshReports();
  };
