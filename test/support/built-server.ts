import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { inject } from 'vitest';
import { REPOSITORY } from './server-process.ts';

const COMPILER = join('node_modules', 'typescript', 'bin', 'tsc');
/** Any number that nothing else locks on the server of the tests. */
const BUILDING = 20_261_123;

/** Builds what is stale, as `npm start` does; test files that ask at the same time take turns. */
export async function buildServer(): Promise<void> {
  const lock = new Client({ connectionString: inject('postgres').adminUrl });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [BUILDING]);
    await promisify(execFile)(process.execPath, [COMPILER, '-p', 'tsconfig.build.json'], { cwd: REPOSITORY });
    await promisify(execFile)(process.execPath, [join('build', 'bundle.mjs')], { cwd: REPOSITORY });
  } finally {
    await lock.end();
  }
}
