// Does what `docker build` does, as far as it can be done without one: each stage is a folder, in which its steps run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import { type Copy, parseDockerfile, type Stage } from './dockerfile.ts';

export interface BuiltImage {
  readonly stage: Stage;
  /** Where the file system of the image would begin. */
  readonly root: string;
  /** Its last WORKDIR, as a folder here. */
  readonly workDirectory: string;
}

/** Runs every step of the Dockerfile in `context` in folders below `into`, which must be empty. Tells each by `say`. */
export async function buildImage(context: string, into: string, say: (step: string) => void): Promise<BuiltImage> {
  const stages = parseDockerfile(await readFile(join(context, 'Dockerfile'), 'utf8'));
  const ignored = ignoreRules(await readFile(join(context, '.dockerignore'), 'utf8'));
  const roots = new Map<string, string>();
  let built: BuiltImage | undefined;
  for (const stage of stages) {
    const root = join(into, stage.name);
    roots.set(stage.name, root);
    let workDirectory = '/';
    for (const step of stage.steps) {
      say(`${stage.name}: ${step.keyword} ${describe(step)}`);
      if (step.keyword === 'WORKDIR') workDirectory = inside(workDirectory, step.path);
      const here = join(root, workDirectory);
      await mkdir(here, { recursive: true });
      if (step.keyword === 'RUN') await run(step.command, here, stage.env);
      if (step.keyword === 'COPY') await copy(step, { context, ignored, roots, root, workDirectory });
    }
    built = { stage, root, workDirectory: join(root, workDirectory) };
  }
  if (!built) throw new Error('The Dockerfile has no FROM.');
  return built;
}

interface Place {
  readonly context: string;
  readonly ignored: (path: string) => boolean;
  readonly roots: ReadonlyMap<string, string>;
  readonly root: string;
  readonly workDirectory: string;
}

async function copy({ from, sources, target }: Copy, place: Place): Promise<void> {
  const origin = from === null ? place.context : place.roots.get(from);
  if (origin === undefined) throw new Error(`COPY --from=${from}: there is no such stage before this one.`);
  const to = join(place.root, inside(place.workDirectory, target));
  for (const source of sources) {
    const path = join(origin, source);
    if (!existsSync(path)) throw new Error(`COPY ${source}: there is no such file.`);
    if (from === null && place.ignored(source)) throw new Error(`COPY ${source}: .dockerignore leaves it out.`);
    // A folder's content is copied, a file goes into a folder that ends with a slash.
    const isFile = (await stat(path)).isFile();
    const exact = isFile && /(^|\/)\.?\/?$/.test(target) ? join(to, basename(source)) : to;
    const filter = (name: string) => from !== null || !place.ignored(relative(place.context, name));
    await cp(path, exact, { recursive: true, verbatimSymlinks: true, filter });
  }
}

async function run(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  // npm is told by the machine where packages come from; nothing else of the machine counts.
  const { PATH, HOME } = process.env;
  const npm = Object.entries(process.env).filter(([name]) =>
    /^npm_config_(registry|cache|userconfig|prefer_offline)$/i.test(name),
  );
  const child = spawn('sh', ['-c', command], {
    cwd,
    env: { PATH, HOME, ...Object.fromEntries(npm), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output.slice(-4_000)}`);
}

/** Whether a path of the context is left out: the last rule that fits decides; a rule fits all that lies below. */
export function ignoreRules(dockerignore: string): (path: string) => boolean {
  const rules = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
  for (const { pattern } of rules)
    if (/[*?[\]]/.test(pattern) && pattern !== '*') throw new Error(`.dockerignore: ${pattern} is not known here.`);
  return (path) => {
    if (path === '') return false;
    const fitting = rules.findLast(
      ({ pattern }) => pattern === '*' || path === pattern || path.startsWith(`${pattern}/`),
    );
    return fitting !== undefined && !fitting.keeps;
  };
}

function inside(workDirectory: string, path: string): string {
  return isAbsolute(path) ? path : join(workDirectory, path);
}

function describe(step: Stage['steps'][number]): string {
  if (step.keyword === 'RUN') return step.command;
  return step.keyword === 'WORKDIR' ? step.path : [...step.sources, step.target].join(' ');
}
