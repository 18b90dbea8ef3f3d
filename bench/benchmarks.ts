import { breach } from './breach/benchmark.ts';
import { deep } from './deep/benchmark.ts';
import { fanout } from './fanout/benchmark.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { imports } from './import/benchmark.ts';
import { latency } from './latency/benchmark.ts';
import { list } from './list/benchmark.ts';
import { mainJob } from './main-job/benchmark.ts';

import { reports } from './reports/benchmark.ts';
import { start } from './start/benchmark.ts';

/** All of them, in the order in which `npm run bench` runs them. */
export const BENCHMARKS: readonly Benchmark[] = [mainJob, breach, latency, fanout, list, deep, imports, reports, start];
