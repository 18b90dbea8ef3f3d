import { expect, it } from 'vitest';
import { DatabaseClock } from '../src/infrastructure/postgres/database-clock.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
const MINUTES = 60_000;

/** A database, a machine and its process, whose clocks a test moves. */
function world({ aheadMs = 0 } = {}) {
  const clocks = { database: START, monotonic: 500, wall: START + aheadMs };
  const log: string[] = [];
  let away = false;
  let trip = 4;
  const pass = (ms: number) => {
    clocks.database += ms;
    clocks.monotonic += ms;
    clocks.wall += ms;
  };
  return {
    clocks,
    log,
    pass,
    goAway: () => {
      away = true;
    },
    slow: (ms: number) => {
      trip = ms;
    },
    start: () =>
      DatabaseClock.start({
        // The answer is made in the middle of its way.
        ask: async () => {
          if (away) throw new Error('away');
          pass(trip / 2);
          const time = clocks.database;
          pass(trip / 2);
          return time;
        },
        logger: { warn: (_fields, message) => void log.push(message) },
        monotonic: () => clocks.monotonic,
        wall: () => clocks.wall,
      }),
  };
}

it("shows the database's time on a machine whose clock is five minutes ahead, and says so once", async () => {
  const { clocks, log, pass, start } = world({ aheadMs: 5 * MINUTES });
  const clock = await start();
  expect(clock.now().getTime()).toBe(clocks.database);
  pass(20_000);
  expect(clock.now().getTime()).toBe(clocks.database);
  pass(20_000);
  await clock.look();
  expect(log).toEqual([expect.stringContaining("this machine's clock is not the database's")]);
  clock.stop();
});

it('does not care when the machine’s clock is set', async () => {
  const { clocks, start } = world();
  const clock = await start();
  clocks.wall += 60 * MINUTES;
  expect(clock.now().getTime()).toBe(clocks.database);
  clock.stop();
});

it('measures again at once when the machine slept', async () => {
  const { clocks, pass, start } = world();
  const clock = await start();
  // The monotonic clock of a sleeping machine stands still.
  clocks.database += 10 * MINUTES;
  clocks.wall += 10 * MINUTES;
  pass(5_000);
  await clock.look();
  expect(Math.abs(clock.now().getTime() - clocks.database)).toBeLessThanOrEqual(4);
  clock.stop();
});

it('follows a drift, and no further than an answer proves', async () => {
  const { clocks, pass, slow, start } = world();
  const clock = await start();
  pass(30_000);
  clocks.database += 20;
  slow(200);
  await clock.look();
  expect(clocks.database - clock.now().getTime()).toBe(20);
  pass(30_000);
  slow(4);
  await clock.look();
  expect(clocks.database - clock.now().getTime()).toBe(2);
  clock.stop();
});

it('stands still rather than go back, unless the database went back far', async () => {
  const { clocks, pass, start } = world();
  const clock = await start();
  pass(30_000);
  const before = clock.now();
  clocks.database -= 2_000;
  await clock.look();
  expect(clock.now()).toEqual(before);
  pass(1_000);
  expect(clock.now()).toEqual(before);
  pass(30_000);
  expect(Math.abs(clock.now().getTime() - clocks.database)).toBeLessThanOrEqual(4);

  clocks.database -= 60 * MINUTES;
  await clock.look();
  expect(Math.abs(clock.now().getTime() - clocks.database)).toBeLessThanOrEqual(4);
  clock.stop();
});

it('goes on while the database is away, and says so once', async () => {
  const { clocks, log, pass, goAway, start } = world();
  const clock = await start();
  goAway();
  for (let i = 0; i < 4; i++) {
    pass(MINUTES);
    await clock.look();
  }
  expect(clock.now().getTime()).toBe(clocks.database);
  expect(log).toEqual([expect.stringContaining('could not be read')]);
  clock.stop();
});
