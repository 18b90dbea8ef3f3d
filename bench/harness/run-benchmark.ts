import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Outcome, Stage } from './benchmark.ts';
import { machine } from './machine.ts';
import { goalsTable, tableText } from './print.ts';

const RESULTS = join(import.meta.dirname, '..', 'results');
/** Longer, seeding apart, and nobody runs it. */
const LONGEST_SECONDS = 300;

/** Runs one benchmark, prints its tables and writes bench/results/NAME.json. Whatever it started is ended, also when it fails. */
export async function runBenchmark(benchmark: Benchmark): Promise<void> {
  const startedAt = new Date();
  const before = machine();
  const folder = await mkdtemp(join(tmpdir(), `techsupport bench ${benchmark.name} `));
  await chmod(folder, 0o755);
  const ends: (() => Promise<unknown>)[] = [];
  const seconds = { seeding: 0, inAll: 0 };
  const elapsed = () => (performance.now() - startedMs) / 1_000;
  const startedMs = performance.now();
  const stage: Stage = {
    folder,
    say: (text) => console.error(`[${benchmark.name} ${elapsed().toFixed(0).padStart(4)} s] ${text}`),
    async seeding(work) {
      const from = elapsed();
      try {
        return await work();
      } finally {
        seconds.seeding += elapsed() - from;
      }
    },
    onEnd: (end) => ends.push(end),
  };
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= endAll(stage, ends, folder);
    return ending;
  };
  // What was started has process groups of its own: Ctrl-C does not reach it.
  const interrupted = () => void end().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const outcome = await benchmark.run(stage);
    seconds.inAll = elapsed();
    report(benchmark, outcome, before, seconds);
    const file = {
      benchmark: benchmark.name,
      about: benchmark.about,
      startedAt,
      machine: before,
      loadAtEnd: machine().load,
      seconds: { seeding: Math.round(seconds.seeding), measuring: Math.round(seconds.inAll - seconds.seeding) },
      ...outcome,
    };
    await mkdir(RESULTS, { recursive: true });
    await writeFile(join(RESULTS, `${benchmark.name}.json`), `${JSON.stringify(file, null, 2)}\n`);
  } finally {
    await end();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

async function endAll(stage: Stage, ends: readonly (() => Promise<unknown>)[], folder: string): Promise<void> {
  for (const end of ends.toReversed()) {
    await end().catch((error: unknown) => stage.say(`not ended cleanly: ${error}`));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

function report(
  { name, about }: Benchmark,
  { tables, goals, notes }: Outcome,
  { cores, cpu, memoryGiB, node, load }: ReturnType<typeof machine>,
  seconds: { readonly seeding: number; readonly inAll: number },
): void {
  console.log(`\n${name}: ${about}`);
  console.log(`${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, load ${load.join(' ')} before it began`);
  for (const table of tables) console.log(tableText(table));
  if (goals.length > 0) console.log(tableText(goalsTable(goals)));
  if (notes.length > 0) console.log(tableText({ title: 'notes', columns: [''], rows: notes.map((note) => [note]) }));
  const measuring = seconds.inAll - seconds.seeding;
  const long = measuring > LONGEST_SECONDS ? `, longer than the ${LONGEST_SECONDS} s that it should take` : '';
  console.log(`\nmeasured in ${measuring.toFixed(0)} s, after ${seconds.seeding.toFixed(0)} s of seeding${long}\n`);
}
