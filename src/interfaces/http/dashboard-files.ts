import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** A file of the built dashboard. */
export interface DashboardFile {
  readonly type: string;
  /** Its name says what is in it: it never changes. */
  readonly isHashed: boolean;
  /** The bytes in the best encoding of those that are accepted. */
  read(acceptEncoding: string): Promise<{ readonly encoding: 'br' | 'gzip' | null; readonly bytes: Buffer }>;
}

/** The files of the built dashboard by their addresses, such as "/assets/index-x1.js"; empty when it has not been built. */
export function dashboardFiles(folder: string): ReadonlyMap<string, DashboardFile> {
  const files = new Map<string, DashboardFile>();
  if (!existsSync(join(folder, 'index.html'))) return files;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  const all = new Set(names);
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type && !name.startsWith('.')) files.set(`/${name}`, fileOf(folder, name, type, all));
  }
  return files;
}

function fileOf(folder: string, name: string, type: string, all: ReadonlySet<string>): DashboardFile {
  const kept = new Map<string, Promise<Buffer>>();
  const bytesOf = (suffix: string): Promise<Buffer> => {
    const bytes = kept.get(suffix) ?? readFile(join(folder, name + suffix));
    kept.set(suffix, bytes);
    return bytes;
  };
  return {
    type,
    isHashed: name.startsWith('assets/'),
    async read(acceptEncoding) {
      // Packed when it was built, so that no request waits for it.
      for (const [encoding, suffix] of [['br', '.br'] as const, ['gzip', '.gz'] as const]) {
        if (acceptEncoding.includes(encoding) && all.has(name + suffix))
          return { encoding, bytes: await bytesOf(suffix) };
      }
      return { encoding: null, bytes: await bytesOf('') };
    },
  };
}
