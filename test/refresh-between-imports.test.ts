import { expect, it } from 'vitest';
import { refreshBetweenImports } from '../src/application/report/refresh-between-imports.ts';

it('reports are recomputed in the background, but not while rows are coming in', async () => {
  let isImporting = true;
  let refreshed = 0;
  const refresh = refreshBetweenImports({
    isImporting: async () => isImporting,
    refreshReports: async () => {
      refreshed += 1;
    },
  });
  await refresh();
  expect(refreshed).toBe(0);
  isImporting = false;
  await refresh();
  expect(refreshed).toBe(1);
});
