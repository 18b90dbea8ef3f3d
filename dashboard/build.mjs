// Builds the dashboard into dist/ when what it is made of has changed since; --always: in any case. Says so when it does something.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const MARK = join(HERE, 'dist', '.made-of');
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

const fresh = existsSync(MARK) && readFileSync(MARK, 'utf8') === fingerprint();
if (!fresh || argv.includes('--always')) {
  const { bringUpToDate } = await import('./codegen.mjs');
  await bringUpToDate(true);
  const { build } = await import('vite');
  const started = performance.now();
  await build({ root: HERE, configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(MARK, fingerprint());
  console.log(`The dashboard was built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
}
