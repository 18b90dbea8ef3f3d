import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ignoreRules } from './image/build.ts';
import { parseDockerfile } from './image/dockerfile.ts';
import { REPOSITORY } from './support/server-process.ts';

// What the steps make is run by `.ci/run` (test/image/run.ts), since installing takes a minute.

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

describe('the Dockerfile', () => {
  const stages = parseDockerfile(read('Dockerfile'));
  const image = stages.at(-1);

  it('begins every stage with Node 24 without more than it needs', () => {
    expect(stages.length).toBeGreaterThan(1);
    for (const { base } of stages) expect(base).toMatch(/^node:24-\w+-slim$/);
  });

  it('runs as an ordinary user, is asked for its health, and stops on the signal that the server listens to', () => {
    expect(image?.user).toBe('node');
    expect(image?.stopSignal).toBe('SIGTERM');
    expect(image?.health?.command.join(' ')).toContain('/health/ready');
    expect(image?.health?.options).toMatch(/--interval=\d+s --timeout=\d+s --start-period=\d+s --retries=\d/);
    // As a list: a shell between would keep the signal to itself.
    expect(image?.command?.slice(0, 1)).toEqual(['node']);
    expect(image?.env).toMatchObject({ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: '3000' });
    expect(image?.ports).toEqual([3000]);
  });

  it('takes along what the server reads when it runs, and no secret', () => {
    const copied = image?.steps.flatMap((step) => (step.keyword === 'COPY' ? step.sources : [])) ?? [];
    for (const source of [
      '/app/node_modules',
      '/app/dist',
      '/app/dashboard/dist',
      'drizzle',
      'package.json',
      'LICENSE',
    ])
      expect(copied).toContain(source);
    const ignored = ignoreRules(read('.dockerignore'));
    for (const path of [
      '.env',
      '.data/jwt-secret',
      '.git/config',
      'node_modules/pg',
      'test',
      'dist/main.js',
      'dashboard/dist',
    ])
      expect(ignored(path), path).toBe(true);
  });

  it('copies only what is there and not left out by .dockerignore', () => {
    const ignored = ignoreRules(read('.dockerignore'));
    for (const { steps } of stages) {
      for (const step of steps) {
        if (step.keyword !== 'COPY' || step.from !== null) continue;
        for (const source of step.sources)
          expect([source, existsSync(join(REPOSITORY, source)), ignored(source)]).toEqual([source, true, false]);
      }
    }
  });
});

describe('the reader of Dockerfiles', () => {
  it('refuses what it would not do as Docker does', () => {
    const from = 'FROM node:24\n';
    expect(() => parseDockerfile('RUN true')).toThrow('before the first FROM');
    expect(() => parseDockerfile(`${from}ADD a b`)).toThrow('ADD is not known here');
    expect(() => parseDockerfile(`${from}RUN rm -r /app/x`)).toThrow('leaves its WORKDIR');
    expect(() => parseDockerfile(`${from}COPY --chown=node a b`)).toThrow('has an option');
    expect(() => parseDockerfile(`${from}ENV A=$B`)).toThrow('is not understood');
    expect(() => parseDockerfile(`${from}CMD node x`)).toThrow();
  });

  it('knows stages, continued lines and comments', () => {
    const [build, image] = parseDockerfile(
      '# about\nFROM a AS one\nWORKDIR /x\nRUN b \\\n  && c\n# more\nFROM d\nCOPY --from=one /x/y z\nUSER e\n',
    );
    expect(build).toMatchObject({ name: 'one', base: 'a', steps: [{ path: '/x' }, { command: 'b && c' }] });
    expect(image).toMatchObject({ name: '1', user: 'e', steps: [{ from: 'one', sources: ['/x/y'], target: 'z' }] });
  });
});
