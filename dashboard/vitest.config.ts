import { defineConfig } from 'vitest/config';

/** The logic that needs no browser; the root's `npm test` runs it too. */
export default defineConfig({ test: { include: ['src/**/*.test.ts'] } });
