import { expect, it } from 'vitest';
import { LiveHub } from '../src/application/live/live-hub.ts';
import type { EventLog } from '../src/application/live/ports.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

it('stops although news came while it was reading', async () => {
  let tell: () => void = () => undefined;
  let answer: (settled: number) => void = () => undefined;
  let asked: () => void = () => undefined;
  const reading = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let calls = 0;
  const log = {
    settled: () => {
      calls += 1;
      if (calls === 1) return Promise.resolve(0);
      asked();
      return new Promise<number>((resolve) => {
        answer = resolve;
      });
    },
  } as Pick<EventLog, 'settled'> as EventLog;
  const wakeUp = {
    announce: () => undefined,
    onNews: (listener: () => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const hub = new LiveHub({ log, wakeUp, logger: silent });
  await hub.start();
  tell();
  await reading;
  tell();
  const stopped = hub.stop();
  answer(0);
  await stopped;
  // A hub that went on turning by itself would never let this timer run.
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(calls).toBe(2);
});
