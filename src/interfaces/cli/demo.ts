import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../config.ts';
import { createApiClient } from './demo/api-client.ts';
import { importWorkbook, type Workbook, writeWorkbook } from './demo/import-story.ts';
import { keepDeskAlive } from './demo/live/live-desk.ts';
import { duration } from './demo/numbers.ts';
import { introducePeople } from './demo/people.ts';
import { showReports } from './demo/report-story.ts';
import { DEMO_ADMIN, startServer } from './demo/server-process.ts';
import { startClock, watchPromiseBreak } from './demo/sla-story.ts';
import type { Scene } from './demo/story.ts';
import { sayGoodbye, sayWhereToLook } from './demo/summary.ts';
import { heading, openTerminal, silentAfter, type Terminal } from './demo/terminal.ts';
import { untilAborted, whileTicking, within } from './demo/waiting.ts';

const USAGE = `Shows the whole product in under two minutes, on the real server with data of its own: the folder "demo" in DATA_DIR.

  --rows N  rows of the workbook that is imported (default 5000, 100 to 100000)
  --exit    ends after the story instead of staying up for a look around
  --live    no story, but a small help desk that goes on until Ctrl-C: tickets arrive and are worked, some promises break,
            a workbook comes in now and then. To be watched in the dashboard
  --help    shows this`;

const UNDO_MS = 3_000;
/** A broken connection is noticed before the end of the process behind it. */
const DEATH_NOTICE_MS = 500;

interface Options {
  readonly rows: number;
  readonly exit: boolean;
  readonly live: boolean;
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else await demo(options, openTerminal(process.stdout), interrupted.signal);
} catch (error) {
  if (interrupted.signal.aborted) {
    console.error('Stopped before the end.');
    process.exitCode = 130;
  } else {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

async function demo(options: Options, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const took = (): number => performance.now() - startedAt;
  const dataDir = join(loadConfig().dataDir, 'demo');
  const folder = await mkdtemp(join(tmpdir(), 'techsupport-demo-'));
  try {
    terminal.lines(
      terminal.paint('bold', 'TechSupport Pro, the demo'),
      'The real server on a folder of its own, used only through its public API.',
      '',
    );
    const workbook = options.live ? null : writeWorkbook(options.rows, folder);
    workbook?.catch(() => undefined);
    const tick = (): void => terminal.status(`Starting the server … ${duration(took())}`);
    const server = await whileTicking(100, tick, startServer(dataDir, signal));
    try {
      terminal.lines(`The server is ready after ${duration(took())}; its data and log are in ${dataDir}`);
      const cut = AbortSignal.any([signal, server.gone]);
      const play = (tell: (scene: Scene) => Promise<void>): Promise<void> =>
        playStory(server.origin, tell, terminal, cut).catch((error) => afterDeath(error, cut));
      if (workbook) {
        const written = await workbook;
        await play((scene) => tellStory(scene, written));
        sayGoodbye({ terminal }, server.origin, took(), !options.exit);
        if (!options.exit) await untilAborted(cut).catch(() => server.gone.throwIfAborted());
      } else {
        sayWhereToLook({ terminal }, server.origin);
        // Ctrl-C is how it ends; only the end of the server is an error.
        await play((scene) => keepDeskAlive(scene, server.origin, folder)).catch((error) => {
          if (!signal.aborted) throw error;
        });
      }
    } finally {
      terminal.status('Stopping the server …');
      await server.stop();
    }
  } finally {
    terminal.lines();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fails with the reason of the cut where one was behind `error`, like the end of the server, else with `error`. */
async function afterDeath(error: unknown, cut: AbortSignal): Promise<never> {
  await Promise.race([untilAborted(cut), delay(DEATH_NOTICE_MS)]);
  throw error;
}

/** What `tell` tells, signed in as the admin; leaves the policies as they were, also when `cut` cuts it short. */
async function playStory(
  origin: string,
  tell: (scene: Scene) => Promise<void>,
  terminal: Terminal,
  cut: AbortSignal,
): Promise<void> {
  const api = createApiClient(origin);
  const over = new AbortController();
  const undo: (() => Promise<unknown>)[] = [];
  const scene: Scene = {
    api,
    terminal: silentAfter(terminal, over.signal),
    over: over.signal,
    atEnd: (step) => undo.push(step),
  };
  try {
    await api.signIn(DEMO_ADMIN.email, DEMO_ADMIN.password);
    await Promise.race([tell(scene), untilAborted(cut)]);
  } finally {
    over.abort();
    const undone = Promise.allSettled(undo.map((step) => step()));
    await within(UNDO_MS, undone, 'The server no longer answers.', new AbortController().signal).catch(() => undefined);
    await api.close();
  }
}

async function tellStory(scene: Scene, workbook: Workbook): Promise<void> {
  heading(scene.terminal, '1  Clients and agents');
  const people = await introducePeople(scene);
  const clock = await startClock(scene, people);
  await importWorkbook(scene, workbook);
  await showReports(scene);
  await watchPromiseBreak(scene, clock);
}

/** The options, or null when help is asked for. Throws an Error with a sentence on anything that makes no sense. */
function parseOptions(args: string[]): Options | null {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '5000' },
      exit: { type: 'boolean', default: false },
      live: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const rows = /^\d+$/.test(values.rows) ? Number(values.rows) : Number.NaN;
  if (!(rows >= 100 && rows <= 100_000)) {
    throw new Error(`--rows must be a whole number from 100 to 100000, not "${values.rows}".`);
  }
  if (values.live && values.exit) throw new Error('--live goes on until Ctrl-C; leave out --exit, or --live.');
  return { rows, exit: values.exit, live: values.live };
}
