import { afterAll, beforeAll, expect, it } from 'vitest';
import { comparable, mutantOf, soundFiles } from './support/fuzz-corpus.ts';
import { ReadingProcess, SENTENCE } from './support/hostile-reading.ts';
import { sheetWithSaxes } from './support/saxes-oracle.ts';
import { type Scratch, scratchFolder, type WholeSheet } from './support/sheets.ts';
import { patience, replayable, rounds, seeds } from './support/soak.ts';

const MAX_CPU_MS = 5_000;
const MAX_MORE_MB = 300;

let scratch: Scratch;
let reader: ReadingProcess;
beforeAll(async () => {
  scratch = await scratchFolder();
  reader = await ReadingProcess.start();
});
afterAll(async () => {
  await reader.stop();
  await scratch.clean();
});

async function inTheOraclesEyes(bytes: Buffer): Promise<WholeSheet | null> {
  return sheetWithSaxes(bytes).catch(() => null);
}

it(
  'whatever happens to a file on its way, it is read as an independent reader reads it, or refused in a sentence',
  async () => {
    const files = await soundFiles();
    const counts = { rounds: 0, refused: 0, agreed: 0, onlyOurs: 0, csv: 0 };
    for (const seed of seeds(200, 5_000)) {
      await replayable(seed, async () => {
        const mutant = mutantOf(files, seed);
        const path = await scratch.write('mutant', mutant.bytes);
        const reading = await reader.read({ path, isThreaded: false, isKept: true });
        expect(reading.fault).toBeNull();
        expect(reading.cpuMs).toBeLessThan(MAX_CPU_MS);
        expect(reading.moreMb).toBeLessThan(MAX_MORE_MB);
        counts.rounds += 1;
        if (!reading.sheet) {
          expect(reading.refusal).toMatch(SENTENCE);
          counts.refused += 1;
        } else if (mutant.kind === 'csv') {
          counts.csv += 1;
        } else {
          const other = await inTheOraclesEyes(mutant.bytes);
          if (other)
            expect({ from: mutant.from, ...comparable(reading.sheet) }).toEqual({
              from: mutant.from,
              ...comparable(other),
            });
          counts[other ? 'agreed' : 'onlyOurs'] += 1;
        }
      });
    }
    if (rounds(0, 1) === 1) console.info(JSON.stringify(counts));
    else expect(counts.agreed).toBeGreaterThan(20);
  },
  patience(120_000),
);
