import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { interleave, type Measured } from '../harness/rounds.ts';
import { seededDesk } from '../harness/seeded-desk.ts';
import { startBenchServer } from '../harness/server.ts';
import type { Schedule } from './due-tickets.ts';
import { measureIdle } from './idle.ts';
import { killRound } from './kill.ts';
import type { LagFigures } from './lags.ts';
import { mutationContender } from './mutations.ts';
import { roundsOnRedis } from './on-redis.ts';
import { runPoller, startBareSender } from './others.ts';
import { checkProduct, productRound, subscribe } from './product.ts';
import { report } from './report.ts';

/** BENCH_CLOCKS makes it smaller, to try something out. */
const CLOCKS = Number(process.env.BENCH_CLOCKS || 1_000_000);
const FEW_CLOCKS = 10_000;
const MUTATIONS = 400;
const IDLE_SECONDS = 40;
const SETTLE_SECONDS = 5;
const POLL_MS = 60_000;

const OURS = 'TechSupport Pro';
const LIMIT = 'setTimeout and ws';
const PEER = 'a scan every 60 s';

const SPREAD: Schedule = { count: 3_000, gapMs: 10 };
const BURST: Schedule = { count: 2_000, gapMs: 0 };
const TENTH: Schedule = { count: 300, gapMs: 10 };

/** From a due instant to the frame with a million clocks running; what idling costs, and what a million clocks cost mutations. */
export const breach: Benchmark = {
  name: 'breach',
  about: `from a due instant to the WebSocket frame of its alert, with ${CLOCKS.toLocaleString('en-US')} SLA clocks running`,
  run: measure,
};

async function measure(stage: Stage): Promise<Outcome> {
  const [many, few] = await stage.seeding(async () => [
    await seededDesk(stage, 'many', { tickets: CLOCKS }),
    await seededDesk(stage, 'few', { tickets: FEW_CLOCKS }),
  ]);
  const { client, url } = many;
  const server = await startBenchServer(stage, url);
  const frames = await subscribe(server);
  const pids = { server: server.pid, postgres: many.pid };

  stage.say('checking, with a small burst and a small spread');
  const bytes = await checkProduct(client, frames);
  await delay(SETTLE_SECONDS * 1_000);
  stage.say(`idle for ${IDLE_SECONDS} s`);
  const idle = await measureIdle(pids, IDLE_SECONDS);

  const bare = await startBareSender(stage);
  const burst = await interleave(stage, [
    { name: OURS, role: 'ours', run: () => productRound(client, frames, BURST, pids) },
    { name: LIMIT, role: 'limit', run: () => bare(BURST, bytes) },
  ]);
  const spread = await interleave(stage, [
    { name: OURS, role: 'ours', run: () => productRound(client, frames, SPREAD, pids) },
    { name: LIMIT, role: 'limit', run: () => bare(TENTH, bytes), share: 'a tenth of the deadlines, as dense.' },
  ]);

  stage.say('mutations');
  const fewServer = await startBenchServer(stage, few.url);
  const mutations = await interleave(stage, [
    await mutationContender('few', 'ours', { server: fewServer, postgres: few, tickets: MUTATIONS }),
    await mutationContender('many', 'peer', { server, postgres: many, tickets: MUTATIONS }),
  ]);
  await fewServer.process.stop();
  await few.stop();

  const kill = await killRound(stage, { client, url, first: server }, { count: 1_000, gapMs: 10 }, BURST);

  const onRedis = await roundsOnRedis(stage, many, BURST, TENTH);

  stage.say(PEER);
  const [polledSpread, polledBurst] = await runPoller(stage, client, { databaseUrl: url, bytes }, POLL_MS, [
    { schedule: SPREAD, beforeScanMs: 45_000 },
    { schedule: BURST, beforeScanMs: 30_000 },
  ]);
  return report({
    clocks: CLOCKS,
    fewClocks: FEW_CLOCKS,
    idle,
    burst: [...burst, ...(onRedis ? [onRedis.burst] : []), once(polledBurst)],
    spread: [...spread, ...(onRedis ? [onRedis.spread] : []), once(polledSpread)],
    onRedis: onRedis !== null,
    mutations,
    kill,
    troubles: server.troubles(),
  });
}

/** The peer's one run: both schedules before one scan, so as late on average as any deadline is. */
function once(figures: LagFigures | undefined): Measured<LagFigures> {
  const run = async () => assert.fail('It ran already.');
  return {
    contender: { name: PEER, role: 'peer', run },
    runs: figures ? [figures] : [],
    remarks: [`${PEER}: ran once, both schedules before one scan, since a scan comes every minute.`],
  };
}
