import { randomUUID } from 'node:crypto';
import { isRedisInstalled, startRedis } from '../../test/support/redis-server.ts';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { comparison, runsByName } from '../harness/comparison.ts';
import { startPostgres } from '../harness/postgres.ts';
import { type Contender, interleave, medianOf } from '../harness/rounds.ts';
import { startBenchServer } from '../harness/server.ts';
import { figure } from '../harness/statistics.ts';
import { bareNotify, barePublish } from './bare.ts';
import { type LatencyFigures, startPair } from './pair.ts';

const GOAL_MS = 250;
const POSTGRES = 'two APIs, woken by NOTIFY';
const REDIS = 'two APIs, woken by Redis';

/** From a mutation that one API process acknowledges to the frame of a subscriber of another one. */
export const latency: Benchmark = {
  name: 'latency',
  about: 'from a mutation on one API process to the WebSocket frame of its event from another one',
  run: measure,
};

async function measure(stage: Stage): Promise<Outcome> {
  const hasRedis = isRedisInstalled();
  const contenders: Contender<LatencyFigures>[] = [];
  const pair = async (name: string, env: Readonly<Record<string, string>>) => {
    const { url } = await startPostgres(stage, randomUUID());
    // One after the other: the first one migrates.
    const first = await startBenchServer(stage, url, { ROLE: 'api', ...env });
    const second = await startBenchServer(stage, url, { ROLE: 'api', ...env });
    contenders.push({ name, role: 'ours', run: await startPair(first, second) });
    return url;
  };
  const url = await pair(POSTGRES, {});
  contenders.push({ name: 'INSERT and NOTIFY alone', role: 'limit', run: await bareNotify(stage, url) });
  if (hasRedis) {
    const redis = await startRedis();
    stage.onEnd(() => redis[Symbol.asyncDispose]());
    await pair(REDIS, { REDIS_URL: redis.url });
    contenders.push({ name: 'PUBLISH alone', role: 'limit', run: await barePublish(stage, redis.url) });
  }
  const measured = await interleave(stage, contenders);
  const [calm, busy] = [metricsOf('calm'), metricsOf('busy')];
  const ours = measured.filter(({ contender }) => contender.role === 'ours');
  return {
    tables: [
      comparison('one change after the other, ms from its acknowledgement to the frame', measured, calm, 'calmP50'),
      comparison('8 changes at a time, ms from the acknowledgement of each to its frame', ours, busy, 'busyP50'),
      comparison('the same two rounds, ms from sending the mutation to the frame', ours, SENT, 'calmSentP50'),
    ],
    goals: ours.flatMap((each) =>
      (['calmP99', 'busyP99'] as const).map((key) => ({
        what: `${each.contender.name}: p99, ${key.startsWith('calm') ? 'one at a time' : '8 at a time'}`,
        wanted: `at most ${GOAL_MS} ms`,
        measured: `${figure(medianOf(each, key), 0)} ms`,
        met: medianOf(each, key) <= GOAL_MS,
      })),
    ),
    notes: [
      'Each mutation creates a ticket through the first process; the subscriber follows all events through the second. Every event came once and in the order of the log.',
      'Below 0: the frame came before the answer of the mutation, which the wake-up does not wait for. Times are whole milliseconds.',
      'The limits wake another connection and send nothing on.',
      ...(hasRedis ? [] : ['There is no redis-server here, so there is nothing to compare on Redis.']),
    ],
    figures: { rounds: runsByName(measured) },
  };
}

const SENT = [
  { key: 'calmSentP50', label: 'one at a time, p50', digits: 0 },
  { key: 'calmSentP99', label: 'p99', digits: 0 },
  { key: 'busySentP50', label: '8 at a time, p50', digits: 0 },
  { key: 'busySentP99', label: 'p99', digits: 0 },
] as const;

function metricsOf(how: 'calm' | 'busy') {
  return [
    { key: `${how}P50`, label: 'p50, ms', digits: 0 },
    { key: `${how}P99`, label: 'p99, ms', digits: 0 },
    { key: `${how}Max`, label: 'max, ms', digits: 0 },
  ] as const;
}
