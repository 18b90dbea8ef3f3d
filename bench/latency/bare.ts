import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Stage } from '../harness/benchmark.ts';
import { largest, quantile } from '../harness/statistics.ts';
import type { LatencyFigures } from './pair.ts';

const MESSAGES = 200;
const GAP_MS = 5;

/** The limit on Postgres: a row is inserted, then another connection is notified. From the acknowledgement of the row to the notice. */
export async function bareNotify(stage: Stage, url: string): Promise<() => Promise<LatencyFigures>> {
  const [writer, listener] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([writer.connect(), listener.connect()]);
  stage.onEnd(() => Promise.all([writer.end(), listener.end()]));
  await writer.query('CREATE TABLE bench_messages (id int)');
  await listener.query('LISTEN bench');
  return alone({
    write: async (i) => void (await writer.query('INSERT INTO bench_messages VALUES ($1)', [i])),
    announce: async () => void (await writer.query('NOTIFY bench')),
    onHeard: (heard) => listener.on('notification', heard),
  });
}

/** The limit on Redis: a published message until another connection has it. */
export async function barePublish(stage: Stage, url: string): Promise<() => Promise<LatencyFigures>> {
  const [writer, listener] = [new Redis(url), new Redis(url)];
  stage.onEnd(async () => {
    writer.disconnect();
    listener.disconnect();
  });
  await listener.subscribe('bench');
  return alone({
    write: async () => undefined,
    announce: async () => void (await writer.publish('bench', '')),
    onHeard: (heard) => listener.on('message', heard),
  });
}

function alone(way: {
  write(i: number): Promise<void>;
  announce(): Promise<void>;
  onHeard(listener: () => void): void;
}): () => Promise<LatencyFigures> {
  let heard = () => {};
  way.onHeard(() => heard());
  return async () => {
    const lags: number[] = [];
    for (let i = 0; i < MESSAGES; i += 1) {
      await way.write(i);
      const from = performance.now();
      const arrived = new Promise<void>((resolve) => {
        heard = resolve;
      });
      await way.announce();
      await arrived;
      lags.push(performance.now() - from);
      await delay(GAP_MS);
    }
    return {
      ...{ calmP50: quantile(lags, 0.5), calmP99: quantile(lags, 0.99), calmMax: largest(lags) },
      ...{ busyP50: Number.NaN, busyP99: Number.NaN, busyMax: Number.NaN },
      ...{ calmSentP50: Number.NaN, calmSentP99: Number.NaN, busySentP50: Number.NaN, busySentP99: Number.NaN },
    };
  };
}
