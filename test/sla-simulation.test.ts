import { describe, expect, it } from 'vitest';
import { createDesk } from './support/desk.ts';
import { Simulation, type SimulationSize } from './support/simulation.ts';
import { replayable, rounds, seeds } from './support/soak.ts';

const TIMEOUT_MS = rounds(120_000, 3_600_000);

const EVERYTHING = [
  'sla.acknowledged',
  'sla.at_risk',
  'sla.breached',
  'sla.escalated',
  'sla.policy_changed',
  'sla.tier_changed',
  'ticket.created',
  'ticket.deleted',
  'ticket.restored',
  'ticket.status_changed',
];

async function simulated(seed: number, size: SimulationSize): Promise<Simulation> {
  await using desk = await createDesk();
  const simulation = new Simulation(desk, seed, size);
  await simulation.run();
  return simulation;
}

describe('a desk and the model of docs/sla.md', () => {
  const size = { actions: rounds(1_250, 5_000), tickets: rounds(150, 2_400) };

  it.each(seeds(2, 12))(
    'agree on every ticket, whatever people, edits, outages and crashes do (SEED=%i)',
    (seed) =>
      replayable(seed, async () => {
        const { comparison, counts, processes } = await simulated(seed, size);
        // Nothing of it came out right because it did not happen.
        expect([...comparison.types].sort()).toEqual(EVERYTHING);
        expect(counts.tickets).toBeGreaterThanOrEqual(size.tickets);
        expect(processes.counts.crashes).toBeGreaterThan(size.actions / 20);
        expect(processes.counts.lostAnswers).toBeGreaterThan(0);
        expect(processes.counts.restarts).toBeGreaterThan(0);
      }),
    TIMEOUT_MS,
  );

  it(
    'go through the same story again with the same seed',
    async () => {
      const [seed = 1] = seeds(1, 1);
      const short = { actions: 150, tickets: 40 };
      const [first, again] = [await simulated(seed, short), await simulated(seed, short)];
      expect(again.comparison.story).toEqual(first.comparison.story);
      expect(first.comparison.story.length).toBeGreaterThan(short.actions / 2);
    },
    TIMEOUT_MS,
  );
});
