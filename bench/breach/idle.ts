import { setTimeout as delay } from 'node:timers/promises';
import { type Measured, type ProcessorTime, processorTime } from '../harness/processor-time.ts';

/** Percent of one core. */
export interface IdleFigures extends ProcessorTime {
  readonly seconds: number;
}

/** Processor time of the server and of Postgres with all of its processes while nothing happens. */
export async function measureIdle(pids: Measured, seconds: number): Promise<IdleFigures> {
  const from = performance.now();
  const used = processorTime(pids);
  await delay(seconds * 1_000);
  const { server, postgres } = used();
  const percent = 100_000 / (performance.now() - from);
  return { seconds, server: server * percent, postgres: postgres * percent };
}
