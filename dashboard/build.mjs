// Builds the dashboard into dist/ when what it is made of has changed since; --always: in any case. Says so when it does something.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, env, pid } from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, 'dist');
const MARK = '.made-of';
const INPUTS = [
  'index.html',
  'package.json',
  'vite.config.ts',
  'tsconfig.json',
  'build.mjs',
  'codegen.mjs',
  'src',
  'public',
  '../schema/schema.graphql',
];

/** By what is in the files, not by their dates: a checkout changes those. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const path = join(HERE, input);
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' })
          .sort()
          .map((name) => join(path, name))
      : [path];
    for (const file of files) {
      if (/\.test\.tsx?$/.test(file) || statSync(file).isDirectory()) continue;
      hash.update(file.slice(HERE.length)).update('\0').update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}

/** Puts the folder `made` in the place of dist; whoever builds at the same time does the same with the same files. */
function putInPlace(made) {
  const old = join(HERE, `dist.${pid}.old`);
  try {
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(made, DIST);
  } catch (error) {
    if (!existsSync(join(DIST, MARK))) throw error;
  } finally {
    for (const folder of [old, made]) rmSync(folder, { recursive: true, force: true });
  }
}

const made = fingerprint();
const mark = join(DIST, MARK);
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== made || argv.includes('--always')) {
  const { bringUpToDate } = await import('./codegen.mjs');
  await bringUpToDate(true);
  // Under a test runner it would be "test", which makes it a build for developers.
  env.NODE_ENV = 'production';
  const { build } = await import('vite');
  const started = performance.now();
  // Elsewhere first: dist is whole at any time, also when this is killed.
  const outDir = join(HERE, `dist.${pid}`);
  await build({ root: HERE, configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn', build: { outDir } });
  writeFileSync(join(outDir, MARK), fingerprint());
  putInPlace(outDir);
  console.log(`The dashboard was built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}
