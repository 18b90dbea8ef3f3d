import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds } from '../harness/machine.ts';

/** Percent of one core; null where the system does not tell. */
export interface IdleFigures {
  readonly seconds: number;
  readonly server: number | null;
  readonly postgres: number | null;
}

/** Processor time of the server and of Postgres with all of its processes while nothing happens. */
export async function measureIdle(server: number, postgres: number, seconds: number): Promise<IdleFigures> {
  const read = () => [cpuSeconds(server), cpuSeconds(postgres)] as const;
  const before = read();
  const from = performance.now();
  await delay(seconds * 1_000);
  const after = read();
  const took = (performance.now() - from) / 1_000;
  const percent = (i: 0 | 1) => {
    const [a, b] = [before[i], after[i]];
    return a === null || b === null ? null : ((b - a) / took) * 100;
  };
  return { seconds, server: percent(0), postgres: percent(1) };
}
