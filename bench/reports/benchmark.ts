import assert from 'node:assert/strict';
import type pg from 'pg';
import type { Api } from '../../test/smoke/api.ts';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { startPostgres } from '../harness/postgres.ts';
import { type Figures, interleave } from '../harness/rounds.ts';
import { type BenchServer, startBenchServer } from '../harness/server.ts';
import { quantile } from '../harness/statistics.ts';
import { measureMongo } from './on-mongo.ts';
import { ask, count, type Question, questionsOf } from './questions.ts';
import { report } from './report.ts';
import { seedLogs } from './seed.ts';

/** BENCH_LOGS makes it smaller, to try something out. */
const MANY = Number(process.env.BENCH_LOGS || 1_000_000);
const FEW = MANY / 10;
const ASKED = 60;
const COUNTED = 3;
const FLOOR = '{ __typename }';

/** Reports at two sizes against aggregating the raw logs, over HTTP. */
export const reports: Benchmark = {
  name: 'reports',
  about: `the reports over ${FEW.toLocaleString('en-US')} and ${MANY.toLocaleString('en-US')} ticket logs, against aggregating the logs`,
  run: measure,
};

/** A server with logs, and its reports made from them. */
export interface Place {
  readonly client: pg.Client;
  readonly server: BenchServer;
  /** Seconds in which the reports were made from all logs. */
  readonly rollup: number;
}

async function measure(stage: Stage): Promise<Outcome> {
  // Whole days, so that it is the same day for all.
  const end = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000);
  const questions = questionsOf(end);
  const few = await place(stage, 'few', FEW, end);
  const many = await place(stage, 'many', MANY, end);
  stage.say('checking');
  for (const { server, client } of [few, many]) {
    for (const question of questions) question.check(await ask(server.admin, question), await count(client, question));
  }
  const measured = await interleave(stage, [
    { name: 'few', role: 'ours', run: () => askEach(few.server.admin, questions) },
    { name: 'many', role: 'ours', run: () => askEach(many.server.admin, questions) },
    { name: 'few, raw', role: 'peer', run: () => countEach(few.client, questions) },
    { name: 'many, raw', role: 'peer', run: () => countEach(many.client, questions) },
    {
      name: 'floor',
      role: 'limit',
      run: async () => ({ floor: await middle(ASKED, () => many.server.admin.run(FLOOR)) }),
    },
  ]);
  const mongo = await measureMongo(stage, FEW, questions, end);
  return report({ few: FEW, many: MANY, questions, measured, rollups: [few.rollup, many.rollup], mongo });
}

async function place(stage: Stage, name: string, logs: number, end: Date): Promise<Place> {
  const { url, client } = await startPostgres(stage, name);
  const server = await startBenchServer(stage, url);
  await stage.seeding(async () => {
    stage.say(`seeding ${logs.toLocaleString('en-US')} logs`);
    await seedLogs(client, logs, end);
  });
  stage.say(`making the reports of ${logs.toLocaleString('en-US')} logs`);
  return { client, server, rollup: await untilFresh(server.admin) };
}

/** Seconds until the reports are as of now, which the first question makes them. */
export async function untilFresh(api: Api): Promise<number> {
  const before = performance.now();
  const asked = new Date();
  for (;;) {
    const { reports: told } = await api.run<{ reports: { asOf: string } }>('{ reports { asOf } }');
    if (Date.parse(told.asOf) >= asked.getTime()) return (performance.now() - before) / 1_000;
  }
}

/** Milliseconds, the middle and the p99 of each report. */
export async function askEach(api: Api, questions: readonly Question[], times = ASKED): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const question of questions) {
    const lags = await timed(times, () => ask(api, question));
    figures[question.name] = quantile(lags, 0.5);
    figures[`${question.name} p99`] = quantile(lags, 0.99);
  }
  return figures;
}

async function countEach(client: pg.Client, questions: readonly Question[]): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const question of questions) figures[question.name] = await middle(COUNTED, () => count(client, question));
  return figures;
}

export async function middle(times: number, work: () => Promise<unknown>): Promise<number> {
  return quantile(await timed(times, work), 0.5);
}

async function timed(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const lags: number[] = [];
  while (lags.length < times) {
    const before = performance.now();
    assert(await work());
    lags.push(performance.now() - before);
  }
  return lags;
}
