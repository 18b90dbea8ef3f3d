// The server as its user starts it: a process of its own, known only by its output, its exit code and its port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '..', '..');
export const BUILT_SERVER: readonly string[] = [process.execPath, join('dist', 'bundle', 'main.js')];

export interface ServerOptions {
  /** Program and arguments. */
  readonly command?: readonly string[];
  /** Where it runs; the repository unless given. */
  readonly cwd?: string;
  /** Whom it runs as; ourselves unless given. */
  readonly user?: { readonly uid?: number; readonly gid?: number };
  /** Variables on top of the defaults; those of the caller and of `.env` do not count. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServerProcess {
  /** Like http://localhost:41234. */
  readonly origin: string;
  /** Of the program that was started. */
  readonly pid: number;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Sends the signal to the process and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<Ended & { readonly milliseconds: number }>;
  /** Kills it and whatever it was started through, without a chance to tidy up. */
  kill(): Promise<void>;
}

/** Starts the server on a free port and waits until it says that it is ready. Throws with its output when it ends instead. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const started = launch({ ...options, env: { PORT: '0', ...options.env } });
  const { child, printed } = started;
  const port = await Promise.race([
    started.readyPort,
    started.ended.then((end) => {
      throw new Error(
        `The server ended with ${end.code ?? end.signal} before it was ready:\n${end.stdout}${end.stderr}`,
      );
    }),
  ]);
  return {
    origin: `http://localhost:${port}`,
    pid: child.pid ?? 0,
    output: () => printed.stdout + printed.stderr,
    async stop(signal = 'SIGTERM') {
      const before = performance.now();
      child.kill(signal);
      const end = await started.ended;
      return { ...end, milliseconds: performance.now() - before };
    },
    async kill() {
      killGroup(child);
      await started.ended;
    },
  };
}

/** Runs the server to its end: for starts that must fail. */
export function runServer(options: ServerOptions): Promise<Ended> {
  return launch(options).ended;
}

function launch({ command = BUILT_SERVER, env, cwd = REPOSITORY, user = {} }: ServerOptions) {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    ...user,
    cwd,
    env: { ...surroundings(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const printed = { stdout: '', stderr: '' };
  let ready: (port: number) => void;
  const readyPort = new Promise<number>((resolve) => {
    ready = resolve;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
    const port = portIn(printed.stdout);
    if (port !== undefined) ready(port);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal, ...printed }));
  return { child, printed, readyPort, ended };
}

/** From the banner, or, in production, from the log line. */
function portIn(stdout: string): number | undefined {
  const [, banner, log] = /Health +http:\/\/[^/]+:(\d+)\/health.*\n|"port":(\d+).*"msg":"ready"/.exec(stdout) ?? [];
  const found = banner ?? log;
  return found === undefined ? undefined : Number(found);
}

function killGroup(child: ChildProcess): void {
  const runs = child.exitCode === null && child.signalCode === null;
  if (child.pid !== undefined && runs) process.kill(-child.pid, 'SIGKILL');
}

/** The caller's environment with every variable of the product set to nothing, which also outweighs `.env`. */
function surroundings(): NodeJS.ProcessEnv {
  const example = readFileSync(join(REPOSITORY, '.env.example'), 'utf8');
  const names = [...example.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name);
  return { ...process.env, ...Object.fromEntries(names.map((name) => [name, ''])) };
}
