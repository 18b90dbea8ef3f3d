import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessWakeUp } from '../../src/application/runtime.ts';
import { PostgresWakeUp } from '../../src/infrastructure/postgres/wake-up.ts';
import { RedisConnections } from '../../src/infrastructure/redis/redis-connections.ts';
import { RedisWakeUp } from '../../src/infrastructure/redis/redis-wake-up.ts';
import { execute } from '../support/execute.ts';
import { redisSettings, silent } from '../support/open-queues.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { describeWithRedis, someRedis } from '../support/redis.ts';

/** What carries wake-ups from one process to another. */
interface Medium {
  /** The wake-up of one more process, listening. */
  join(): Promise<ProcessWakeUp>;
  /** Cuts every connection that listens. */
  cut(): Promise<unknown>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function postgres(): Promise<Medium> {
  const database = await createTestDatabase();
  return {
    async join() {
      const wakeUp = new PostgresWakeUp(database.url, silent);
      await wakeUp.start();
      return wakeUp;
    },
    cut: () =>
      execute(
        database.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'techsupport-wake-up' AND datname = current_database()",
      ),
    [Symbol.asyncDispose]: () => database.drop(),
  };
}

async function redis(): Promise<Medium> {
  const server = await someRedis();
  const settings = redisSettings(server.url);
  const client = new Redis(server.url);
  const opened: RedisConnections[] = [];
  return {
    async join() {
      const connections = await RedisConnections.open(settings, silent);
      opened.push(connections);
      const wakeUp = new RedisWakeUp(connections, silent);
      await wakeUp.start();
      return wakeUp;
    },
    async cut() {
      const list = String(await client.client('LIST')).split('\n');
      const mine = list.filter((line) => line.includes(`name=${settings.keyPrefix}:news`));
      for (const line of mine) await client.client('KILL', 'ID', /^id=(\d+)/.exec(line)?.[1] ?? '');
    },
    async [Symbol.asyncDispose]() {
      for (const connections of opened) await connections.close();
      client.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('a wake-up through Postgres', () => contract(postgres));
describeWithRedis('a wake-up through Redis', () => contract(redis));

/** Counts what a listener is told; `next` waits for the next time. */
function listenTo(wakeUp: ProcessWakeUp) {
  let told = 0;
  let onNext: () => void = () => undefined;
  const leave = wakeUp.onNews(() => {
    told += 1;
    onNext();
  });
  return {
    leave,
    told: () => told,
    next: () => new Promise<void>((resolve) => (onNext = resolve)),
  };
}

function contract(open: () => Promise<Medium>): void {
  let medium: Medium;
  let here: ProcessWakeUp;
  let there: ProcessWakeUp;
  beforeEach(async () => {
    medium = await open();
    [here, there] = [await medium.join(), await medium.join()];
  });
  afterEach(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await medium[Symbol.asyncDispose]();
  });

  it('tells listeners of its own process at once', () => {
    const listener = listenTo(here);
    here.announce();
    here.announce();
    expect(listener.told()).toBe(2);
  });

  it('tells listeners of every other process', async () => {
    const third = await medium.join();
    const news = [listenTo(there).next(), listenTo(third).next()];
    here.announce();
    await Promise.all(news);
    await third.stop();
  });

  it('goes both ways', async () => {
    const [one, other] = [listenTo(here), listenTo(there)];
    let news = other.next();
    here.announce();
    await news;
    news = one.next();
    there.announce();
    await news;
  });

  it('joins a burst, and tells of what came last', async () => {
    const listener = listenTo(there);
    const news = listener.next();
    for (let n = 0; n < 1_000; n++) here.announce();
    await news;
    // What was joined into a second message, if anything, comes before this one.
    const third = await medium.join();
    const late = listenTo(third);
    const last = late.next();
    here.announce();
    await last;
    await third.stop();
    expect(listener.told()).toBeLessThanOrEqual(3);
  });

  it('tells nobody who has left', async () => {
    const [gone, stays] = [listenTo(there), listenTo(there)];
    gone.leave();
    const news = stays.next();
    here.announce();
    await news;
    expect(gone.told()).toBe(0);
  });

  it('listens again after its connection was cut, and tells that something may have been missed', async () => {
    expect(there.isListening).toBe(true);
    const listener = listenTo(there);
    const third = await medium.join();
    const told = [listenTo(here), listenTo(third), listener].map(({ next }) => next());
    await medium.cut();
    // Each connects again by itself; who is not there yet cannot announce either.
    await Promise.all(told);
    expect(there.isListening).toBe(true);
    const news = listener.next();
    here.announce();
    await news;
    await third.stop();
  });

  it('ends, more than once, and announces nothing then', async () => {
    const listener = listenTo(here);
    await here.stop();
    expect(here.isListening).toBe(false);
    here.announce();
    await here.stop();
    expect(listener.told()).toBe(0);
  });
}
