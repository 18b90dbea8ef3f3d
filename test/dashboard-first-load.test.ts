import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { buildDashboard } from './support/browser.ts';
import { builtChunks, builtText, bytesSent, filesOf, type Manifest } from './support/built-dashboard.ts';
import { REPOSITORY } from './support/server-process.ts';

/** Issue 8: what a browser loads until the queue can be used. */
const LIMIT_BYTES = 300_000;
/** What index.html names beside the chunks. */
const BESIDE = ['index.html', 'color-scheme.js', 'favicon.svg'];
const FIRST = ['index.html', 'src/queue/queue-page.tsx'];
const MANTINE = join(REPOSITORY, 'node_modules', '@mantine');

let chunks: Manifest;
beforeAll(async () => {
  await buildDashboard();
  chunks = builtChunks();
}, 120_000);

it('what the queue needs at first is less than 300 kB, packed as it is served', () => {
  const files = [...BESIDE, ...filesOf(chunks, FIRST)];
  const sum = (packing: 'gz' | 'br') => files.reduce((bytes, file) => bytes + bytesSent(file, packing), 0);
  const [gzip, brotli] = [sum('gz'), sum('br')];
  console.info(`first load of the queue: ${gzip} bytes by gzip, ${brotli} by brotli, ${files.length} files`);
  expect(gzip).toBeLessThanOrEqual(LIMIT_BYTES);
});

it('index.html names every script that it needs, so that none waits for another', () => {
  const html = builtText('index.html');
  expect([...filesOf(chunks, ['index.html'])].filter((file) => !html.includes(`/${file}"`))).toEqual([]);
});

it('wherever a component of Mantine is, its styles are loaded with it', () => {
  const known = new Set(
    ['core', 'notifications'].flatMap((name) => {
      const styles = readFileSync(join(MANTINE, name, 'styles.css'), 'utf8');
      return classesIn(styles);
    }),
  );
  const missing = Object.entries(chunks).flatMap(([key, { file }]) => {
    if (!file.endsWith('.js')) return [];
    const loaded = filesOf(chunks, ['index.html', key]);
    const styled = new Set(
      [...loaded].filter((each) => each.endsWith('.css')).flatMap((each) => classesIn(builtText(each))),
    );
    return classesIn(builtText(file))
      .filter((name) => known.has(name) && !styled.has(name))
      .map((name) => `${key}: .${name}`);
  });
  expect(missing).toEqual([]);
});

/** The names that Mantine gives its classes. */
function classesIn(text: string): string[] {
  return [...new Set(text.match(/\bm_[0-9a-f]{6,8}\b/g))];
}
