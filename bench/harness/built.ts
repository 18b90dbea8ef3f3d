import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

/**
 * A module of the product as it is built and run, for what is timed in the benchmark's own processes: what the benchmarks are
 * started with wraps functions to keep their names, which costs hot code half of its speed. `path` is that in src/, with `.js`.
 */
export async function built<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(DIST, path)).href)) as T;
}
