import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MIGRATIONS_FOLDER } from '../../src/infrastructure/postgres/migrate.ts';
import type { Stage } from './benchmark.ts';
import { type BenchPostgres, startPostgres } from './postgres.ts';
import { type DeskSize, seedDesk } from './seed-desk.ts';
import { startBenchServer } from './server.ts';

const copy = promisify(execFile);

/**
 * A Postgres of its own with a desk of `size`, and no server on it. BENCH_SEEDS names a folder that keeps what was seeded for the
 * next run, as long as neither the seeding nor the schema changes.
 */
export async function seededDesk(
  stage: Stage,
  name: string,
  size: DeskSize,
): Promise<BenchPostgres & { stop(): Promise<void> }> {
  const kept = process.env.BENCH_SEEDS ? join(process.env.BENCH_SEEDS, `${size.tickets}-${await fingerprint()}`) : null;
  const folder = join(stage.folder, name);
  if (kept && existsSync(kept)) {
    await copy('cp', ['-a', kept, folder]);
    return startPostgres(stage, name);
  }
  stage.say(`seeding ${size.tickets.toLocaleString('en-US')} tickets`);
  const postgres = await startPostgres(stage, name);
  await seedDesk(stage, postgres.client, await startBenchServer(stage, postgres.url), size);
  if (!kept) return postgres;
  await postgres.stop();
  await mkdir(join(kept, '..'), { recursive: true });
  await copy('cp', ['-a', folder, kept]);
  return startPostgres(stage, name);
}

/** Of everything that decides what is seeded. */
async function fingerprint(): Promise<string> {
  const migrations = (await readdir(MIGRATIONS_FOLDER)).filter((name) => name.endsWith('.sql')).sort();
  const files = [
    ...['seed-desk.ts', 'seed-tickets.ts'].map((name) => join(import.meta.dirname, name)),
    ...migrations.map((name) => join(MIGRATIONS_FOLDER, name)),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}
