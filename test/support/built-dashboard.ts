// What a build of the dashboard consists of, by its manifest.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARD_FOLDER } from '../../src/interfaces/http/dashboard-route.ts';

export interface Chunk {
  readonly file: string;
  readonly css?: readonly string[];
  /** Keys of what is loaded with it. */
  readonly imports?: readonly string[];
}

export type Manifest = Readonly<Record<string, Chunk>>;

/** The chunks of the build in dashboard/dist by their keys, such as "src/queue/queue-page.tsx". */
export function builtChunks(): Manifest {
  return JSON.parse(readFileSync(join(DASHBOARD_FOLDER, '.vite', 'manifest.json'), 'utf8')) as Manifest;
}

/** The files, scripts and styles, that `keys` need; "index.html" is what starts the page. Throws when there is no such chunk. */
export function filesOf(chunks: Manifest, keys: readonly string[]): Set<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const add = (key: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = chunks[key];
    if (!chunk) throw new Error(`The build has no ${key}: ${Object.keys(chunks).join(', ')}`);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const each of chunk.imports ?? []) add(each);
  };
  for (const key of keys) add(key);
  return files;
}

export function builtText(file: string): string {
  return readFileSync(join(DASHBOARD_FOLDER, file), 'utf8');
}

/** How many bytes of a file travel, as the server sends it; small ones are not packed. */
export function bytesSent(file: string, packing: 'gz' | 'br'): number {
  const path = join(DASHBOARD_FOLDER, file);
  return readFileSync(existsSync(`${path}.${packing}`) ? `${path}.${packing}` : path).length;
}
