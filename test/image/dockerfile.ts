/** One instruction, with its continuation lines joined. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

export interface Copy {
  readonly keyword: 'COPY';
  /** The stage that is copied from; null: the build context. */
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

export type Step = Copy | { readonly keyword: 'RUN'; readonly command: string } | WorkDirectory;
interface WorkDirectory {
  readonly keyword: 'WORKDIR';
  readonly path: string;
}

export interface Stage {
  /** As "AS" says, else its number. */
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Step[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  /** What the image runs, as a program with its arguments. */
  readonly command: readonly string[] | null;
  readonly health: { readonly options: string; readonly command: readonly string[] } | null;
  readonly stopSignal: string | null;
  readonly ports: readonly number[];
}

type Draft = { -readonly [K in keyof Stage]: Stage[K] } & { steps: Step[]; ports: number[] };

/** Instructions of a Dockerfile, without comments. */
function instructionsIn(dockerfile: string): Instruction[] {
  const lines = dockerfile.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { keyword: keyword.toUpperCase(), text: text.trim() };
    });
}

/**
 * The stages of a Dockerfile, in order; the last one is the image. Knows what ours uses. Throws on everything else, so that nothing
 * is left out without being noticed.
 */
export function parseDockerfile(dockerfile: string): Stage[] {
  const stages: Draft[] = [];
  for (const { keyword, text } of instructionsIn(dockerfile)) {
    if (keyword === 'FROM') {
      stages.push(newStage(text, String(stages.length)));
      continue;
    }
    const stage = stages.at(-1);
    if (!stage) throw new Error(`${keyword} stands before the first FROM.`);
    read(stage, keyword, text);
  }
  return stages;
}

function newStage(text: string, number: string): Draft {
  const [, base, name = number] = /^(\S+)(?: AS (\S+))?$/i.exec(text) ?? [];
  if (base === undefined) throw new Error(`FROM ${text} is not understood.`);
  return {
    name,
    base,
    steps: [],
    env: {},
    user: 'root',
    command: null,
    health: null,
    stopSignal: null,
    ports: [],
  };
}

function read(stage: Draft, keyword: string, text: string): void {
  switch (keyword) {
    case 'WORKDIR':
      stage.steps.push({ keyword, path: text });
      return;
    case 'COPY':
      stage.steps.push(copyIn(text));
      return;
    case 'RUN':
      // Paths of the image's file system would mean this machine's.
      if (/(^|[\s='"])\//.test(text)) throw new Error(`RUN ${text} leaves its WORKDIR.`);
      stage.steps.push({ keyword, command: text });
      return;
    case 'ENV':
      stage.env = { ...stage.env, ...variablesIn(text) };
      return;
    case 'USER':
      stage.user = text;
      return;
    case 'EXPOSE':
      stage.ports.push(...text.split(/\s+/).map(Number));
      return;
    case 'STOPSIGNAL':
      stage.stopSignal = text;
      return;
    case 'CMD':
      stage.command = listIn(text);
      return;
    case 'HEALTHCHECK': {
      const [, options = '', command = ''] = /^(.*?)\s*CMD\s+(.*)$/.exec(text) ?? [];
      stage.health = { options, command: listIn(command) };
      return;
    }
    default:
      throw new Error(`${keyword} is not known here: teach test/image/dockerfile.ts what it does.`);
  }
}

function copyIn(text: string): Copy {
  const words = text.split(/\s+/);
  const options = words.filter((word) => word.startsWith('--'));
  const paths = words.filter((word) => !word.startsWith('--'));
  const [, from = null] = /^--from=(.+)$/.exec(options.join(' ')) ?? [];
  if (options.length > (from === null ? 0 : 1)) throw new Error(`COPY ${text} has an option that is not known here.`);
  const target = paths.pop();
  if (target === undefined || paths.length === 0) throw new Error(`COPY ${text} names no source and target.`);
  return { keyword: 'COPY', from, sources: paths, target };
}

function variablesIn(text: string): Record<string, string> {
  const pairs = text.split(/\s+/).map((pair) => /^(\w+)=([^"'\\$]*)$/.exec(pair));
  return Object.fromEntries(
    pairs.map((pair) => {
      if (!pair) throw new Error(`ENV ${text} is not understood.`);
      return [pair[1], pair[2]];
    }),
  );
}

function listIn(text: string): string[] {
  const list: unknown = JSON.parse(text);
  if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  throw new Error(`${text} is no list of texts.`);
}
