import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { SoakReport } from './test/support/soak-report.ts';
import base from './vitest.config.ts';

const HOUR_MS = 3_600_000;
/** The test files that have a longer form: those that ask test/support/soak.ts how many rounds to do. */
const files = readdirSync('test').filter(
  (name) => name.endsWith('.test.ts') && readFileSync(`test/${name}`, 'utf8').includes("'./support/soak.ts'"),
);

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: files.map((name) => `test/${name}`),
    env: { SOAK: '1' },
    reporters: ['default', new SoakReport()],
    // One file after the other: some look at how long something takes.
    fileParallelism: false,
    testTimeout: HOUR_MS,
    hookTimeout: HOUR_MS,
  },
});
