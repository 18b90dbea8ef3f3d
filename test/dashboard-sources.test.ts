import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from './support/server-process.ts';

const SRC = join(REPOSITORY, 'dashboard', 'src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.tsx?$/.test(name) && !/\.generated\.ts$|\.test\.ts$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));

it('the documents of the dashboard fit the schema, and their types are up to date', async () => {
  const codegen = (await import('../dashboard/codegen.mjs' as string)) as {
    bringUpToDate(write: boolean): Promise<string[]>;
  };
  expect(await codegen.bringUpToDate(false), 'run: npm run codegen -w dashboard').toEqual([]);
});

it('no area imports another, and the frame knows none by name', () => {
  const inner = new Set(['api', 'shared', 'app', 'main.tsx']);
  const wrong = sources.flatMap(({ name, text }) =>
    [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
      .map(([, target = '']) => relative(SRC, join(SRC, dirname(name), target)).replaceAll('\\', '/'))
      .filter((target) => {
        const [own = '', to = ''] = [name.split('/')[0], target.split('/')[0]];
        if (own === to || own === 'main.tsx') return false;
        if (own === 'api') return true;
        if (own === 'shared') return to !== 'api';
        if (to === 'app') return target !== 'app/area.ts';
        return !inner.has(to);
      })
      .map((target) => `${name} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

it('no file is longer than a reader can hold', () => {
  expect(sources.filter(({ text }) => text.trimEnd().split('\n').length > 300).map(({ name }) => name)).toEqual([]);
});

it('every text stands in a catalogue', () => {
  const literal = sources
    .filter(({ name }) => name.endsWith('.tsx'))
    .flatMap(({ name, text }) => {
      const attributes = text.matchAll(
        /\b(?:aria-label|title|label|placeholder|alt|description)="([^"]*[A-Za-z]{2}[^"]*)"/g,
      );
      const children = text.matchAll(/<[\w.]+[^<>{}=]*>\s*([A-Z][a-z]+(?: [a-z]+)*)\s*</g);
      return [...attributes, ...children].map(([, words]) => `${name}: ${words}`);
    });
  expect(literal).toEqual([]);
});

it('time is the server’s: no component reads the clock of the browser', () => {
  const allowed = /^api\/(session|client|server-clock)\.ts$/;
  const readers = sources.filter(({ name, text }) => !allowed.test(name) && /Date\.now\(|new Date\(\)/.test(text));
  expect(readers.map(({ name }) => name)).toEqual([]);
});
