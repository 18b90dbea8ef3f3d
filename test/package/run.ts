// The package as somebody installs it: `npm pack`, `npm install` of the tarball in an empty folder, then its command as a server of its own.
// Prints each step as a sentence, at the end "N passed, N failed", and exits 1 when a step failed.
// --results FILE: writes the two numbers there too, as JSON.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { checkRunning } from '../smoke/running.ts';
import { Steps } from '../smoke/steps.ts';
import { REPOSITORY, type ServerProcess, startServer } from '../support/server-process.ts';
import { makeTestFolder } from '../support/test-folder.ts';

const { results } = parseArgs({ options: { results: { type: 'string' } } }).values;
const run = promisify(execFile);
const steps = new Steps();
const step: Steps['step'] = (sentence, action) => steps.step(sentence, action);
const made = makeTestFolder();
const folder = made.path;
let server: ServerProcess | undefined;

try {
  await steps.story('The package, as somebody installs it', thePackage);
} finally {
  if (steps.failed > 0) console.log(`\nThe last output of the server:\n${server?.output().slice(-4_000)}`);
  await server?.stop();
  made.remove();
}
if (results) await writeFile(results, JSON.stringify({ passed: steps.passed, failed: steps.failed }));
console.log(`\n${steps.passed} passed, ${steps.failed} failed`);
process.exit(steps.failed === 0 ? 0 : 1);

async function thePackage(): Promise<void> {
  const tarball = await step('npm pack makes a tarball', async () => {
    await run('npm', ['pack', '--pack-destination', folder], { cwd: REPOSITORY });
    const [name] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
    assert(name);
    return join(folder, name);
  });
  await step('it holds what runs and what is read, and nothing else', async () => {
    const { stdout } = await run('tar', ['tzf', tarball]);
    const files = stdout.trim().split('\n');
    for (const file of [
      'dist/bundle/main.js',
      'dashboard/dist/index.html',
      'drizzle/0000_initial.sql',
      'docs/operations.md',
      'package.json',
      'LICENSE',
    ])
      assert(files.includes(`package/${file}`), `${file} is missing`);
    const allowed =
      /^package\/(dist|dashboard\/dist|drizzle|docs|schema)\/|^package\/(README\.md|LICENSE|package\.json|\.env\.example)$/;
    assert.deepEqual(
      files.filter((file) => !allowed.test(file) || file.endsWith('.tsbuildinfo')),
      [],
    );
  });

  const home = join(folder, 'empty');
  await mkdir(home);
  await step('npm install takes it, with dependencies of production only', async () => {
    await run('npm', ['install', '--no-fund', '--no-audit', tarball], { cwd: home });
    const { devDependencies } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    // Packages of these kinds come with our dependencies too.
    const own = Object.keys(devDependencies).filter((name) => !name.startsWith('@types/') && name !== 'saxes');
    assert.deepEqual(
      own.filter((name) => existsSync(join(home, 'node_modules', name))),
      [],
    );
  });
  const running = await step('its command starts the product in an empty folder', () =>
    startServer({ command: [join('node_modules', '.bin', 'techsupport-pro')], cwd: home, env: {} }),
  );
  server = running;
  await steps.story('The main job in the package', () =>
    checkRunning(steps, { origin: running.origin, adminPassword: 'admin123', folder, promises: false }),
  );
  await step('its data lies beside it, and SIGTERM ends it with 0', async () => {
    assert(existsSync(join(home, '.data', 'postgres')));
    assert.equal((await running.stop()).code, 0);
  });
}
