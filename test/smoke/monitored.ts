// Whether a Prometheus watches the product: `npx tsx test/smoke/monitored.ts http://localhost:9090 3` wants three processes that answer it,
// and the alerts. Prints each step as a sentence, and exits 1 when one failed.
import assert from 'node:assert/strict';
import { eventually, Steps } from './steps.ts';

const [origin = 'http://localhost:9090', processes = '3'] = process.argv.slice(2);
const LONGEST_MS = 60_000;
const steps = new Steps();

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(`${origin}/api/v1/${path}`);
  return ((await answer.json()) as { data: T }).data;
}

const firstValue = async (query: string): Promise<string | undefined> => {
  const { result } = await ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(query)}`);
  return result[0]?.value[1];
};

await steps.story(`Monitoring at ${origin}`, async () => {
  await steps.step(`${processes} processes answer Prometheus`, () =>
    eventually('All of them', LONGEST_MS, async () =>
      (await firstValue('sum(up{job="techsupport"})')) === processes ? true : null,
    ),
  );
  await steps.step('it knows that nothing is overdue without an alert', () =>
    eventually('A 0', LONGEST_MS, async () => ((await firstValue('max(sla_overdue_unalerted)')) === '0' ? true : null)),
  );
  await steps.step('it has the alerts, and none of them is critical', async () => {
    const { groups } = await ask<{
      groups: { rules: { name: string; state: string; labels: { severity: string } }[] }[];
    }>('rules?type=alert');
    const rules = groups.flatMap((group) => group.rules);
    assert(rules.some(({ name }) => name === 'SlaOverdueUnalerted'));
    assert.deepEqual(
      rules.filter(({ state, labels }) => state === 'firing' && labels.severity === 'critical').map(({ name }) => name),
      [],
    );
  });
});
console.log(`\n${steps.passed} passed, ${steps.failed} failed`);
process.exit(steps.failed === 0 ? 0 : 1);
