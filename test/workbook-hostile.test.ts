import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXCELS_LIMITS, HOSTILE_AMOUNTS } from './support/hostile-amounts.ts';
import { HOSTILE_ARCHIVES } from './support/hostile-archives.ts';
import { bookWith, HOSTILE_MARKUP, type HostileFile } from './support/hostile-files.ts';
import { reachingOut } from './support/hostile-links.ts';
import { type Reading, ReadingProcess, SENTENCE } from './support/hostile-reading.ts';
import { type Scratch, scratchFolder } from './support/sheets.ts';
import { rounds } from './support/soak.ts';

/** What a file may cost, beyond what the process of its reader costs anyway: beside other tests the processor is slower. */
const MAX_CPU_MS = rounds(4_000, 2_000);
/** Other work only adds to what a reading costs: the cheapest of so many counts. */
const TRIES = 3;
const MAX_MORE_MB = 300;
/** How long the process may answer nobody. Far more than it takes, for other tests have the processor too. */
const MAX_LAG_MS = 2_000;

/** In the slice only the files that may cost most are read in a thread of their own: its start costs more than most files. */
const isThreadedAlways = rounds(0, 1) === 1;

let scratch: Scratch;
let reader: ReadingProcess;
/** The cost of an ordinary file in a thread: mostly of its start. */
let plain: Reading;

beforeAll(async () => {
  scratch = await scratchFolder();
  reader = await ReadingProcess.start();
  const path = await scratch.write('plain.xlsx', bookWith());
  for (let time = 0; time < 2; time += 1) plain = await reader.read({ path, isThreaded: true });
});
afterAll(async () => {
  await reader.stop();
  await scratch.clean();
});

async function read(file: HostileFile, isThreaded = true): Promise<Reading> {
  const path = await scratch.write('hostile.xlsx', file.bytes());
  const before = await readdir(scratch.path('.'));
  const reading = await reader.read({ path, isThreaded });
  expect(await readdir(scratch.path('.'))).toEqual(before);
  return isThreaded ? { ...reading, cpuMs: reading.cpuMs - plain.cpuMs } : { ...reading, lagMs: 0 };
}

function expectEnd({ fault, refusal, rowCount, moreMb, lagMs }: Reading, ends: RegExp | number): void {
  expect(fault).toBeNull();
  if (typeof ends === 'number') expect({ refusal, rowCount }).toEqual({ refusal: null, rowCount: ends });
  else expect(refusal).toMatch(ends);
  if (refusal !== null) expect(refusal).toMatch(SENTENCE);
  expect(moreMb).toBeLessThan(MAX_MORE_MB);
  expect(lagMs).toBeLessThan(MAX_LAG_MS);
}

async function expectCheapEnd(file: HostileFile, isThreaded = isThreadedAlways): Promise<void> {
  const costs: number[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const reading = await read(file, isThreaded);
    expectEnd(reading, file.ends);
    costs.push(reading.cpuMs);
    if (reading.cpuMs < MAX_CPU_MS) break;
  }
  expect(Math.min(...costs)).toBeLessThan(MAX_CPU_MS);
}

describe('a hostile file ends soon, in little memory and in a sentence', () => {
  it.each(HOSTILE_MARKUP)('$about', (file) => expectCheapEnd(file));
  it.each(HOSTILE_AMOUNTS)('$about', (file) => expectCheapEnd(file, true));
  it.each(HOSTILE_ARCHIVES)('$about', (file) => expectCheapEnd(file));
});

describe('what Excel itself can write is read in the same memory', () => {
  it.each(EXCELS_LIMITS)('$about', async (file) => expectEnd(await read(file), file.ends), 120_000);
});

describe('nothing outside of the file is ever asked for', () => {
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  let origin: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each(reachingOut('').map(({ about }, index) => ({ about, index })))('$about', async ({ index }) => {
    const file = reachingOut(origin)[index];
    if (!file) throw new Error('no such file');
    await expectCheapEnd(file);
    expect(calls).toBe(0);
  });
});
