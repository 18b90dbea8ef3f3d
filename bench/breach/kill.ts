import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { ADVISORY_LOCKS } from '../../src/infrastructure/postgres/advisory-locks.ts';
import type { Stage } from '../harness/benchmark.ts';
import { type BenchServer, startBenchServer } from '../harness/server.ts';
import { checkRecorded, LEAD_MS, makeDue, type Schedule } from './due-tickets.ts';
import type { LagFigures } from './lags.ts';
import { collect, subscribe } from './product.ts';

const SECOND_ROLE = 'bench_second';
const SAMPLE_MS = 2;

export interface KillFigures {
  readonly survivor: LagFigures;
  readonly killedAfterFrames: number;
  readonly whileClaiming: boolean;
}

/**
 * Two servers on one database, each as a role of its own, so that Postgres can tell which of them claims. Deadlines are spread over
 * some seconds with a burst in the middle. Once a quarter of the burst has arrived, whichever server is seen claiming is killed
 * (-9), and the subscriber of the other one is judged. Neither server runs afterwards.
 */
export async function killRound(
  stage: Stage,
  { client, url, first }: { readonly client: pg.Client; readonly url: string; readonly first: BenchServer },
  spread: Schedule,
  burst: Schedule,
): Promise<KillFigures> {
  const second = await startSecond(stage, client, url);
  const servers = new Map([
    [new URL(url).username, { server: first, frames: await subscribe(first) }],
    [SECOND_ROLE, { server: second, frames: await subscribe(second) }],
  ]);
  stage.say('warming the second server');
  const warm = await makeDue(client, burst, Date.now() + LEAD_MS);
  await Promise.all([...servers.values()].map(({ frames }) => collect(frames, warm)));
  stage.say('killing the one that claims');
  const firstDueAt = Date.now() + LEAD_MS;
  const burstAt = firstDueAt + (spread.count * spread.gapMs) / 2;
  const due = new Map([...(await makeDue(client, spread, firstDueAt)), ...(await makeDue(client, burst, burstAt))]);
  const arrived = () => Math.max(...[...servers.values()].map(({ frames }) => frames.count));
  const enough = spread.count / 2 + burst.count / 4;
  while (arrived() < enough) {
    assert(Date.now() < burstAt + 20_000, `Only ${arrived()} frames arrived before the kill.`);
    await delay(SAMPLE_MS);
  }
  const { victim, whileClaiming } = await claimer(client, [...servers.keys()]);
  const killedAfterFrames = arrived();
  await servers.get(victim)?.server.process.stop('SIGKILL');
  const [survivor] = [...servers].flatMap(([role, each]) => (role === victim ? [] : [each]));
  assert(survivor);
  const figures = { survivor: await collect(survivor.frames, due), killedAfterFrames, whileClaiming };
  await checkRecorded(client, due);
  survivor.frames.close();
  await survivor.server.process.stop();
  return figures;
}

/** Whoever holds the claimers' lock; if nobody does for a second, any of them. */
async function claimer(
  client: pg.Client,
  roles: readonly string[],
): Promise<{ victim: string; whileClaiming: boolean }> {
  const end = Date.now() + 1_000;
  while (Date.now() < end) {
    const { rows } = await client.query<{ usename: string }>(
      `SELECT a.usename FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.classid = 0 AND l.objid = $1 AND l.granted`,
      [ADVISORY_LOCKS.claimDueClocks],
    );
    const [holder] = rows;
    if (holder && roles.includes(holder.usename)) return { victim: holder.usename, whileClaiming: true };
    await delay(SAMPLE_MS);
  }
  return { victim: roles[0] ?? '', whileClaiming: false };
}

async function startSecond(stage: Stage, client: pg.Client, url: string): Promise<BenchServer> {
  await client.query(`CREATE ROLE ${SECOND_ROLE} SUPERUSER LOGIN PASSWORD 'bench'`);
  const second = new URL(url);
  second.username = SECOND_ROLE;
  second.password = 'bench';
  return startBenchServer(stage, second.href);
}
