import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from './support/server-process.ts';

// That it installs and runs is seen by `.ci/run` (test/package/run.ts), since installing takes a minute.

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly private: boolean;
};

it('has a command that the system can start', () => {
  expect(manifest.bin).toEqual({ 'techsupport-pro': 'dist/bundle/main.js' });
  expect(read('src/main.ts').split('\n')[0]).toBe('#!/usr/bin/env node');
});

it('holds what runs, what is read by it and what is read by people', () => {
  expect(manifest.files).toEqual(
    expect.arrayContaining(['dist', 'dashboard/dist', 'drizzle', 'schema', 'docs', '.env.example']),
  );
  for (const file of manifest.files)
    if (!/^!|^(dashboard\/)?dist$/.test(file)) expect(existsSync(join(REPOSITORY, file)), file).toBe(true);
});

it('cannot be published by mistake, and names no registry', () => {
  expect(manifest.private).toBe(true);
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'Dockerfile', 'docker-compose.yml', '.ci/run']) {
    // A workspace is a link to a folder of this repository.
    const text = read(file).replace('"resolved": "dashboard",', '');
    expect(text, file).not.toMatch(/"resolved"|registry\s*=|--registry|publishConfig/);
  }
});
