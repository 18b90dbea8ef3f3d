import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { comparison, runsByName } from '../harness/comparison.ts';
import { installedPeers } from '../harness/peers.ts';
import { startPostgres } from '../harness/postgres.ts';
import { type Contender, type Figures, interleave, medianOf } from '../harness/rounds.ts';
import { startBenchServer } from '../harness/server.ts';
import { ratio } from '../harness/statistics.ts';

const ROUNDS = 7;
const ASK_EVERY_MS = 5;
const PATIENCE_MS = 60_000;
const IDLE_MS = 3_000;
const GOAL = 2;

interface StartFigures extends Figures {
  /** Milliseconds from the start of the process to the first answer of GraphQL. */
  readonly first: number;
  /** Seconds of processor time until then. */
  readonly processor: number;
  /** MiB of its own after some seconds in which nobody asked. */
  readonly memory: number;
}

/** What it takes to be there. */
export const start: Benchmark = {
  name: 'start',
  about: 'from the start of the process to the first answer, and the memory of an idle server; databases apart',
  run: measure,
};

/** As `npm start` and the image give them. */
const FLAGS = ['--max-semi-space-size=64'];

async function measure(stage: Stage): Promise<Outcome> {
  const { url } = await startPostgres(stage, 'desk');
  // Migrates, and makes the first user.
  await (await startBenchServer(stage, url)).process.stop();
  const peers = await installedPeers(stage);
  const ours = (role: string) => () =>
    run([...FLAGS, 'dist/bundle/main.js'], process.cwd(), '{ __typename }', {
      ...{
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        DATABASE_URL: url,
        DATA_DIR: join(stage.folder, 'server'),
        ROLE: role,
      },
      ...{ JWT_SECRET: 'benchmark benchmark benchmark benchmark', RATE_LIMIT_MAX: '0' },
    });
  const contenders: Contender<StartFigures>[] = [
    { name: 'ours, the API', role: 'ours', run: ours('api') },
    { name: 'ours, API and background work', role: 'ours', run: ours('all') },
    {
      name: 'a bare Apollo Server that says hello',
      role: 'peer',
      run: () => run([join(peers, 'hello.mjs')], peers, '{ hello }', {}),
    },
  ];
  for (const contender of contenders) await contender.run(0);
  const measured = await interleave(stage, contenders, ROUNDS);
  const [api, all, hello] = measured;
  const goal = (what: string, of: typeof api, key: 'first' | 'memory') => {
    const [us, them] = [medianOf(of, key), medianOf(hello, key)];
    return { what, wanted: `at most ${GOAL}x`, measured: ratio(us, them), met: us <= them * GOAL };
  };
  return {
    tables: [
      comparison(
        'cold starts',
        measured,
        [
          { key: 'first', label: 'first answer, ms', digits: 0 },
          { key: 'processor', label: 'processor until then, s', digits: 2 },
          { key: 'memory', label: 'idle memory, MiB', digits: 0 },
        ],
        'first',
      ),
    ],
    goals: [
      goal('the API: first answer, of a bare Apollo Server', api, 'first'),
      goal('the API: idle memory, of a bare Apollo Server', api, 'memory'),
      goal('API and background work: first answer', all, 'first'),
      goal('API and background work: idle memory', all, 'memory'),
    ],
    notes: [
      'Ours connects to a Postgres that runs and has every migration. Memory: what only this process has (private pages), Postgres not counted.',
    ],
    figures: { rounds: runsByName(measured) },
  };
}

/** Starts a server on a free port, asks until it answers, lets it idle, looks at it and ends it. */
async function run(
  args: readonly string[],
  cwd: string,
  query: string,
  env: Readonly<Record<string, string>>,
): Promise<StartFigures> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    while (!(await answers(port, query))) {
      assert(child.exitCode === null && performance.now() - begun < PATIENCE_MS, `${args.join(' ')} does not answer.`);
      await delay(ASK_EVERY_MS);
    }
    const first = performance.now() - begun;
    const processor = processorSeconds(child.pid ?? 0);
    await delay(IDLE_MS);
    return { first, processor, memory: privateMiB(child.pid ?? 0) };
  } finally {
    child.kill();
    await ended;
  }
}

async function answers(port: number, query: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data } = (await response.json()) as { data?: object | null };
    return data !== undefined && data !== null;
  } catch {
    return false;
  }
}

/** NaN where the system does not tell (no /proc). */
function privateMiB(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
    return (of('Private_Clean') + of('Private_Dirty')) / 1_024;
  } catch {
    return Number.NaN;
  }
}

/** Of the process alone, by proc_pid_stat(5); NaN as above. */
function processorSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
