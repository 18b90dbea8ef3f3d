import { isRedisInstalled, startRedis } from '../../test/support/redis-server.ts';
import type { Stage } from '../harness/benchmark.ts';
import type { BenchPostgres } from '../harness/postgres.ts';
import { interleave, type Measured } from '../harness/rounds.ts';
import { startBenchServer } from '../harness/server.ts';
import type { Schedule } from './due-tickets.ts';
import type { LagFigures } from './lags.ts';
import { checkProduct, productRound, subscribe } from './product.ts';

const NAME = 'TechSupport Pro on Redis';
/** Where processes that are on Redis wake each other. */
const NEWS = '{techsupport}:news';

/** The same rounds with queues and wake-ups on a Redis of their own; null where there is no redis-server. No other server may run. */
export async function roundsOnRedis(
  stage: Stage,
  { client, url, pid }: BenchPostgres,
  burst: Schedule,
  spread: Schedule,
): Promise<{ readonly burst: Measured<LagFigures>; readonly spread: Measured<LagFigures> } | null> {
  if (!isRedisInstalled()) return null;
  stage.say('starting on Redis');
  const redis = await startRedis();
  stage.onEnd(() => redis[Symbol.asyncDispose]());
  const server = await startBenchServer(stage, url, { REDIS_URL: redis.url });
  const frames = await subscribe(server);
  const how = { tell: () => redis.client.publish(NEWS, 'bench') };
  await checkProduct(client, frames, how);
  const pids = { server: server.pid, postgres: pid };
  const contender = (schedule: Schedule, share?: string) => ({
    name: NAME,
    role: 'ours' as const,
    ...(share === undefined ? {} : { share }),
    run: () => productRound(client, frames, { ...schedule, ...how }, pids),
  });
  const [burstRounds] = await interleave(stage, [contender(burst)]);
  const [spreadRounds] = await interleave(stage, [contender(spread, 'a tenth of the deadlines, as dense.')], 1);
  frames.close();
  await server.process.stop();
  return burstRounds && spreadRounds ? { burst: burstRounds, spread: spreadRounds } : null;
}
