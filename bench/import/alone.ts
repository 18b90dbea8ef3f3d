// What an import consists of, one stage after the other and nothing beside it, in a process of its own with the built product.
import { createReadStream } from 'node:fs';
import { createInflateRaw } from 'node:zlib';
import { openPromise } from 'yauzl';
import type { ChunkStore, ImportLogWriter, ImportStores } from '../../src/application/import/ports.ts';
import { built } from '../harness/built.ts';
import { answering } from '../harness/child.ts';
import { processorTime } from '../harness/processor-time.ts';
import { openPlace, type PlaceOptions } from './place.ts';

export type AloneRequest =
  | { readonly stage: 'inflate' | 'read'; readonly path: string }
  | { readonly stage: 'all'; readonly path: string; readonly place: PlaceOptions; readonly postgresPid: number };

/** What one stage took: by the clock, and of processor time of this process and of Postgres, which other load hardly changes. */
export interface StageTimes {
  readonly seconds: number;
  readonly cpu: number;
  readonly postgresCpu: number;
}

export interface AloneAnswer {
  readonly stages: Readonly<Record<string, StageTimes>>;
  /** Of this process, for all that was asked for. */
  readonly cpuSeconds: number;
  readonly rows: number;
  readonly succeeded: number;
}

const AT_A_TIME = 10;
const CHUNK_ROWS = 1_000;

const { ThreadedWorkbookReader } = await built<
  typeof import('../../src/infrastructure/excel/threaded-workbook-reader.ts')
>('infrastructure/excel/threaded-workbook-reader.js');
const { composeImports } = await built<typeof import('../../src/compose-imports.ts')>('compose-imports.js');

answering<AloneRequest, AloneAnswer>(async (request) => {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const result = await (request.stage === 'all' ? all(request) : reading(request));
  const { user, system } = process.cpuUsage(cpu);
  return { ...result, cpuSeconds: (user + system) / 1e6 };
});

type Result = Omit<AloneAnswer, 'cpuSeconds'>;

async function reading({ stage, path }: { stage: 'inflate' | 'read'; path: string }): Promise<Result> {
  const clock = stopwatch(process.pid);
  const rows = await clock.timed(stage, () => (stage === 'inflate' ? inflate(path) : read(path)));
  return { stages: clock.stages, rows, succeeded: 0 };
}

/** Every part of the archive, by zlib alone. */
async function inflate(path: string): Promise<number> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
      for await (const _ of packed.pipe(createInflateRaw({ chunkSize: 64 * 1_024 }))) {
        // Only inflated.
      }
    }
  } finally {
    zip.close();
  }
  return 0;
}

/** The product's reader in its thread; the rows are let go of. */
async function read(path: string): Promise<number> {
  let rows = 0;
  for await (const batch of new ThreadedWorkbookReader().read(path, { batchRows: CHUNK_ROWS })) {
    if (batch.kind === 'rows') rows += batch.rows.length;
  }
  return rows;
}

type Rows = NonNullable<Awaited<ReturnType<ChunkStore['rowsOf']>>>;
type Judged = Parameters<ImportLogWriter['commitChunk']>;

async function all({ path, place: options, postgresPid }: Extract<AloneRequest, { stage: 'all' }>): Promise<Result> {
  const place = await openPlace(options);
  const clock = stopwatch(postgresPid);
  try {
    const { stores, parts } = place;
    const queues = { add: async () => undefined, counts: async () => [] };
    // The reading would wait for the writing, which comes later here.
    const chunks = instead(stores.chunks, {
      backlog: async () => ({ isRunning: true, uncommitted: 0 }),
      addChunks: clock.around('keep', (...given) => stores.chunks.addChunks(...given)),
    });
    const cutter = new ThreadedWorkbookReader();
    const first = composeImports({ ...parts, stores: { ...stores, chunks }, queues, cutter, chunkRows: CHUNK_ROWS });
    const admin = { id: place.uploadedBy, role: 'ADMIN' } as const;
    const { id } = await clock.timed('upload', () =>
      first.useCases.importTickets(admin, { filename: 'bench.xlsx', content: createReadStream(path) }),
    );
    const run = { signal: new AbortController().signal, attempt: 1, isLast: true };
    await clock.timed('readAndKeep', () => handlerOf(first.handlers, 'read')({ importId: id }, run));

    const seqs = await stores.chunks.uncommitted(id);
    const taken = new Map<number, Rows>();
    await clock.timed('take', () =>
      each(seqs, async (seq) => void taken.set(seq, ensured(await stores.chunks.rowsOf(id, seq)))),
    );

    const judged: Judged[] = [];
    const judging: ImportStores = {
      ...stores,
      imports: instead(stores.imports, { isThrough: async () => false }),
      chunks: instead(stores.chunks, { rowsOf: async (_, seq) => taken.get(seq) ?? null }),
      writer: instead(stores.writer, {
        commitChunk: async (...given) => {
          judged.push(given);
          return null;
        },
      }),
    };
    const judge = handlerOf(
      composeImports({ ...parts, stores: judging, queues, cutter, chunkRows: CHUNK_ROWS }).handlers,
      'write',
    );
    await clock.timed('parse', async () => {
      for (const seq of seqs) await judge({ importId: id, seq }, run);
    });
    taken.clear();

    let [rows, succeeded] = [0, 0];
    await clock.timed('write', () =>
      each(judged, async (given) => {
        const committed = ensured(await stores.writer.commitChunk(...given));
        rows += given[2].length;
        succeeded += committed.succeeded;
      }),
    );
    await clock.timed('rollup', place.refreshReports);
    const { readAndKeep, keep, ...rest } = clock.stages;
    return { stages: { ...rest, ...(keep ? { keep } : {}), handOver: less(readAndKeep, keep) }, rows, succeeded };
  } finally {
    await place.close();
  }
}

function handlerOf(handlers: ReturnType<typeof composeImports>['handlers'], name: 'read' | 'write') {
  const found = handlers.find((handler) => handler.name === name);
  if (!found) throw new Error(`There is no job named ${name}.`);
  return (payload: unknown, run: Parameters<typeof found.handle>[1]) => found.handle(payload, run);
}

/** `original` but for the methods given; its own methods go on working on it. */
function instead<T extends object>(original: T, methods: Partial<T>): T {
  return new Proxy(original, {
    get(target, key) {
      const found: unknown = Reflect.get(key in methods ? methods : target, key);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

function ensured<T>(value: T | null): T {
  if (value === null) throw new Error('The import stopped in the middle of a stage.');
  return value;
}

const NOTHING: StageTimes = { seconds: 0, cpu: 0, postgresCpu: 0 };

function plus(a: StageTimes, b: StageTimes, sign = 1): StageTimes {
  return {
    seconds: a.seconds + sign * b.seconds,
    cpu: a.cpu + sign * b.cpu,
    postgresCpu: a.postgresCpu + sign * b.postgresCpu,
  };
}

function less(a: StageTimes = NOTHING, b: StageTimes = NOTHING): StageTimes {
  return plus(a, b, -1);
}

function stopwatch(postgres: number) {
  const stages: Record<string, StageTimes> = {};
  async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const used = processorTime({ server: process.pid, postgres });
    const before = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - before) / 1_000;
      const cpu = used();
      stages[name] = plus(stages[name] ?? NOTHING, { seconds, cpu: cpu.server, postgresCpu: cpu.postgres });
    }
  }
  return {
    stages,
    timed,
    around:
      <A extends readonly unknown[], R>(name: string, method: (...given: A) => Promise<R>) =>
      (...given: A): Promise<R> =>
        timed(name, () => method(...given)),
  };
}
