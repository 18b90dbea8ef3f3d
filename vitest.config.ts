import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // One copy of graphql: without this vitest loads its ESM and CommonJS builds side by side and every instanceof fails.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  test: {
    include: ['test/**/*.test.ts', 'dashboard/src/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Most of a test's time is waiting for the database: more workers than cores.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
