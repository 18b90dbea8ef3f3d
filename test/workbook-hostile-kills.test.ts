import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ThreadedWorkbookReader } from '../src/infrastructure/excel/threaded-workbook-reader.ts';
import { mutantOf, soundFiles } from './support/fuzz-corpus.ts';
import { HOSTILE_ARCHIVES } from './support/hostile-archives.ts';
import { longBook, manyLinks } from './support/hostile-files.ts';
import { ReadingProcess, SENTENCE } from './support/hostile-reading.ts';
import { historyWorkbook, importCalls } from './support/import-calls.ts';
import { createImportPipeline, goodRow, workbook } from './support/import-pipeline.ts';
import { startTestServer } from './support/server.ts';
import { type Scratch, scratchFolder } from './support/sheets.ts';
import { patience, rounds } from './support/soak.ts';

const SMALL_HEAP = { heapMb: 16 };
const NO_TIME = { timeoutMs: 1 };
const NEEDS_MEMORY = 'The file is refused: reading it needs more memory than is allowed.';
const NEEDS_TIME = 'The file is refused: reading it takes longer than is allowed.';

let scratch: Scratch;
// Other tests and servers use the system's folder for temporary files at the same time.
beforeAll(async () => {
  scratch = await scratchFolder();
  vi.stubEnv('TMPDIR', await mkdtemp(join(tmpdir(), 'techsupport-test-')));
});
afterAll(async () => {
  await rm(tmpdir(), { recursive: true });
  vi.unstubAllEnvs();
  await scratch.clean();
});

const spools = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('techsupport-import-'));

it(
  'a reader that is killed over and over leaves no thread, no open file and no memory behind',
  async () => {
    const reader = await ReadingProcess.start();
    try {
      const greedy = { path: await scratch.write('greedy.xlsx', manyLinks()), isThreaded: true, settings: SMALL_HEAP };
      const slow = { path: await scratch.write('slow.xlsx', longBook(50_000)), isThreaded: true, settings: NO_TIME };
      const kill = async () => [(await reader.read(greedy)).refusal, (await reader.read(slow)).refusal];
      for (let time = 0; time < 3; time += 1) expect(await kill()).toEqual([NEEDS_MEMORY, NEEDS_TIME]);
      const before = await reader.read(slow);
      const kills = rounds(5, 50);
      for (let time = 0; time < kills; time += 1) expect(await kill()).toEqual([NEEDS_MEMORY, NEEDS_TIME]);
      const after = await reader.read(slow);
      expect(after.left).toMatchObject({ files: before.left.files, threads: before.left.threads });
      expect(after.left.mb - before.left.mb).toBeLessThan(50);
      const { rowCount } = await reader.read({ ...slow, settings: {} });
      expect(rowCount).toBe(50_000);
    } finally {
      await reader.stop();
    }
  },
  patience(60_000),
);

describe('an import whose reader is killed', () => {
  it.each([
    ['for the memory it takes', SMALL_HEAP, manyLinks, NEEDS_MEMORY],
    ['for the time it takes', NO_TIME, () => longBook(50_000), NEEDS_TIME],
  ] as const)('%s fails with a sentence, its file is gone, and the next one goes in', async (_, settings, bytes, error) => {
    const doomed = new ThreadedWorkbookReader(settings);
    const sound = new ThreadedWorkbookReader();
    let isDoomed = true;
    const pipeline = await createImportPipeline({
      cutter: { cut: (path, plan, signal) => (isDoomed ? doomed : sound).cut(path, plan, signal) },
    });
    try {
      const { id } = await pipeline.upload(bytes());
      expect(await pipeline.reaches(id, 'FAILED')).toMatchObject({ error, totalRows: null, succeededRows: 0 });
      expect(await spools()).toEqual([]);
      isDoomed = false;
      const next = await pipeline.upload(await workbook([goodRow('T-1')]));
      expect(await pipeline.reaches(next.id, 'COMPLETED')).toMatchObject({ succeededRows: 1 });
    } finally {
      await pipeline.close();
    }
  });
});

it(
  'a server to which broken files come answers meanwhile, fails each with a sentence and keeps none of them',
  async () => {
    await using server = await startTestServer();
    const lead = await server.person('SUPERVISOR');
    const { upload, lastState } = importCalls(lead);
    const files = await soundFiles();
    const mutants = Array.from({ length: rounds(12, 300) }, (_, seed) => mutantOf(files, 9_000 + seed).bytes);
    const bombs = HOSTILE_ARCHIVES.filter(({ about }) => /2 GB|19,000|overlapping/.test(about)).map(({ bytes }) =>
      bytes(),
    );
    let isOver = false;
    let answers = 0;
    const asking = (async () => {
      while (!isOver) {
        expect(await lead.ask('{ me { id } }')).toEqual({ me: { id: lead.id } });
        answers += 1;
      }
    })();
    // A failure of the test itself ends the server under it.
    asking.catch(() => undefined);
    const begun = new Set<string>();
    for (const bytes of [...bombs, ...mutants.filter(({ length }) => length > 0)]) begun.add((await upload(bytes)).id);
    const good = await upload(await historyWorkbook(200, 5));
    for (const id of begun) {
      const { status, error } = await lastState(id);
      if (status === 'FAILED') expect(error).toMatch(SENTENCE);
      else expect(['COMPLETED', 'COMPLETED_WITH_ERRORS']).toContain(status);
    }
    expect(await lastState(good.id)).toMatchObject({
      status: 'COMPLETED_WITH_ERRORS',
      succeededRows: 195,
      failedRows: 5,
    });
    isOver = true;
    await asking;
    expect(answers).toBeGreaterThan(10);
    expect(server.log).toEqual([]);
    expect(await spools()).toEqual([]);
  },
  patience(120_000),
);
