// `npm run bench` runs all benchmarks one after the other, `npm run bench NAME` one. What each measures: its folder.
import { BENCHMARKS } from './benchmarks.ts';
import { runBenchmark } from './harness/run-benchmark.ts';

const names = process.argv.slice(2);
const known = BENCHMARKS.map(({ name }) => name);
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark named ${unknown.join(' or ')}. Known are: ${known.join(', ')}.`);
  process.exit(1);
}
for (const benchmark of BENCHMARKS) {
  if (names.length === 0 || names.includes(benchmark.name)) await runBenchmark(benchmark);
}
