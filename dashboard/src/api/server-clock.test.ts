import { describe, expect, it } from 'vitest';
import { ServerClock } from './server-clock.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');

function clockOff(by: number) {
  let server = NOON;
  const clock = new ServerClock({ wall: () => server + by });
  return {
    clock,
    pass: (milliseconds: number) => {
      server += milliseconds;
    },
    jump: (milliseconds: number) => {
      by += milliseconds;
    },
    server: () => server,
    wall: () => server + by,
  };
}

describe('the server clock', () => {
  it('is right to half of the way there and back, however wrong the machine is', () => {
    const { clock, pass, server, wall } = clockOff(-3_600_000);
    const sentAt = wall();
    pass(100);
    const stamp = server();
    pass(100);
    clock.learnExact(stamp, sentAt, wall());
    expect(clock.now()).toBe(server());
  });

  it('leaves a difference alone that a header agrees with', () => {
    const { clock, wall, server, pass } = clockOff(5_000);
    clock.learnExact(server(), wall(), wall());
    pass(700);
    clock.learnHeader(new Date(Math.floor(server() / 1_000) * 1_000).toUTCString(), wall(), wall());
    expect(clock.now()).toBe(server());
  });

  it('is within a second again with the first answer after the machine was set or slept', () => {
    const { clock, wall, server, pass, jump } = clockOff(0);
    clock.learnExact(server(), wall(), wall());
    jump(-120_000);
    pass(400);
    clock.learnHeader(new Date(Math.floor(server() / 1_000) * 1_000).toUTCString(), wall(), wall());
    expect(Math.abs(clock.now() - server())).toBeLessThanOrEqual(1_000);
    clock.learnHeader('no date', 0, 1);
    clock.learnHeader(null, 0, 1);
    expect(Math.abs(clock.now() - server())).toBeLessThanOrEqual(1_000);
  });
});
