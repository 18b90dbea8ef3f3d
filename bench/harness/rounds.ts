import type { Stage } from './benchmark.ts';
import { median } from './statistics.ts';

const ROUNDS = 3;
/** A contender that needs longer for one run is not run again. */
const LONG_SECONDS = 20;

/** Figures of one run by name; all in the unit that the name says. */
export type Figures = Readonly<Record<string, number>>;

export interface Contender<F extends Figures> {
  readonly name: string;
  /** What the others are compared with: ours against the limit of the machine, and against how others do it. */
  readonly role: 'ours' | 'limit' | 'peer';
  /** Set when it does less work than the others, as a sentence for below the table. */
  readonly share?: string;
  run(round: number): Promise<F>;
}

export interface Measured<F extends Figures> {
  readonly contender: Contender<F>;
  /** What each run gave, in order. */
  readonly runs: readonly F[];
  /** What differs from 3 rounds of the whole work, as sentences. */
  readonly remarks: readonly string[];
}

/**
 * Runs the contenders in turn for 3 rounds, each round beginning with another one, so that whatever slows the machine for a
 * while slows all of them. A contender that needs over 20 s runs once.
 */
export async function interleave<F extends Figures>(
  stage: Stage,
  contenders: readonly Contender<F>[],
  rounds = ROUNDS,
): Promise<Measured<F>[]> {
  const runs = contenders.map((): F[] => []);
  const seconds = contenders.map(() => 0);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const i = (round + turn) % contenders.length;
      const contender = contenders[i];
      if (!contender || (seconds[i] ?? 0) > LONG_SECONDS) continue;
      stage.say(`${contender.name}, round ${round + 1}`);
      const before = performance.now();
      runs[i]?.push(await contender.run(round));
      seconds[i] = (performance.now() - before) / 1_000;
    }
  }
  return contenders.map((contender, i) => ({
    contender,
    runs: runs[i] ?? [],
    remarks: [
      ...(contender.share ? [`${contender.name}: ${contender.share}`] : []),
      ...(runs[i]?.length === 1 && rounds > 1
        ? [`${contender.name}: ran once, since a run takes ${Math.round(seconds[i] ?? 0)} s.`]
        : []),
    ],
  }));
}

/** The median of one figure over a contender's runs. */
export function medianOf<F extends Figures>(measured: Measured<F> | undefined, name: keyof F): number {
  return median(measured?.runs.map((run) => run[name] ?? Number.NaN) ?? []);
}
