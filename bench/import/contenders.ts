import assert from 'node:assert/strict';
import { join } from 'node:path';
import pg from 'pg';
import type { Workbook } from '../../test/smoke/workbook.ts';
import { isRedisInstalled, startRedis } from '../../test/support/redis-server.ts';
import type { Stage } from '../harness/benchmark.ts';
import { type Child, startChild } from '../harness/child.ts';
import { watchMemory } from '../harness/peak-memory.ts';
import type { BenchPostgres } from '../harness/postgres.ts';
import { type Figures, interleave, type Measured } from '../harness/rounds.ts';
import type { AloneAnswer, AloneRequest } from './alone.ts';
import type { JobPerRowAnswer, JobPerRowRequest } from './job-per-row.ts';
import { forget, type RunFigures } from './ours.ts';
import type { PlaceOptions } from './place.ts';

export type Alone = Child<AloneRequest, AloneAnswer>;

export type StageName = 'upload' | 'inflate' | 'read' | 'handOver' | 'keep' | 'take' | 'parse' | 'write' | 'rollup';

/** Of each stage by itself, as `write`, `write cpu` and `write postgresCpu`. */
export type StageFigures = Figures;

export interface ReadFigures extends RunFigures {
  readonly peakMiB: number;
}

/** The limit of reading: the product's own reader, which is the fastest correct one known, with nothing behind it. */
export function readContender(alone: Alone, { path, rows }: Workbook): () => Promise<ReadFigures> {
  return async () => {
    const watched = watchMemory(alone.pid);
    const answer = await alone.ask({ stage: 'read', path });
    const peakMiB = watched();
    assert.equal(answer.rows, rows);
    const seconds = answer.stages.read?.seconds ?? Number.NaN;
    return { seconds, rowsPerSecond: rows / seconds, cpu: answer.cpuSeconds, postgresCpu: Number.NaN, peakMiB };
  };
}

/** One after the other, nothing overlapping. */
export async function stageRounds(
  stage: Stage,
  alone: Alone,
  workbook: Workbook,
  { postgresPid, ...place }: PlaceOptions & { readonly postgresPid: number },
  rounds?: number,
): Promise<Measured<StageFigures>> {
  const client = new pg.Client(place.databaseUrl);
  await client.connect();
  try {
    const { path } = workbook;
    const run = async (): Promise<StageFigures> => {
      const { stages: inflate } = await alone.ask({ stage: 'inflate', path });
      const { stages: read } = await alone.ask({ stage: 'read', path });
      const answer = await alone.ask({ stage: 'all', path, place, postgresPid });
      assert.deepEqual([answer.rows, answer.succeeded], [workbook.rows, workbook.rows - workbook.bad]);
      await forget(client);
      return Object.fromEntries(
        Object.entries({ ...inflate, ...read, ...answer.stages }).flatMap(([name, { seconds, cpu, postgresCpu }]) => [
          [name, seconds],
          [`${name} cpu`, cpu],
          [`${name} postgresCpu`, name === 'read' || name === 'inflate' ? 0 : postgresCpu],
        ]),
      );
    };
    const [measured] = await interleave(stage, [{ name: 'stage by stage', role: 'ours', run }], rounds);
    assert(measured);
    return measured;
  } finally {
    await client.end();
  }
}

/** The peer, once and on a tenth; null where there is no Redis for its queue. */
export async function jobPerRow(
  stage: Stage,
  tenth: Workbook,
  databaseUrl: string,
  mongoUri: string | null,
): Promise<Measured<RunFigures> | null> {
  if (!isRedisInstalled()) return null;
  const redis = await startRedis();
  const child = startChild<JobPerRowRequest, JobPerRowAnswer>(stage, join(import.meta.dirname, 'job-per-row.ts'));
  try {
    const run = async (): Promise<RunFigures> => {
      const answer = await child.ask({ path: tenth.path, redisPort: redis.port, databaseUrl, mongoUri });
      assert.deepEqual([answer.stored, answer.failed], [tenth.rows - tenth.bad, tenth.bad]);
      const { seconds } = answer;
      return { seconds, rowsPerSecond: tenth.rows / seconds, cpu: Number.NaN, postgresCpu: Number.NaN };
    };
    const share = `once, ${tenth.rows.toLocaleString('en-US')} rows; jobs on Redis.`;
    const [measured] = await interleave(stage, [{ name: 'a job per row', role: 'peer', run, share }], 1);
    return measured ?? null;
  } finally {
    await child.stop();
    await redis[Symbol.asyncDispose]();
  }
}

/** A new database beside the one of the server; returns its URL. */
export async function emptyDatabase({ client, url }: BenchPostgres, name: string): Promise<string> {
  await client.query(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}
