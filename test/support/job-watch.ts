import type { Redis } from 'ioredis';
import type pg from 'pg';
import { QUEUES } from '../../src/application/queue/ports.ts';

/** A job that a worker has taken, as BullMQ keeps it. */
export interface HeldJob {
  readonly queue: string;
  readonly id: string;
  /** Who holds it and until when: another one once the hold was renewed. */
  readonly hold: string;
  /** How often it was taken from a worker that did not renew its hold. */
  readonly losses: number;
  readonly payload: unknown;
}

/** The jobs of an installation that are worked on, seen from outside. */
export interface JobWatch {
  /** All that workers hold at this moment. */
  held(): Promise<HeldJob[]>;
  /** Those of `jobs` that nobody has renewed, ended or taken up since. */
  unchanged(jobs: readonly HeldJob[]): Promise<HeldJob[]>;
  /** Those of `jobs` that were taken from their worker since. */
  takenAway(jobs: readonly HeldJob[]): Promise<HeldJob[]>;
}

type Row = HeldJob & { readonly isHeld: boolean };

/** Jobs in PostgreSQL. */
export function watchPostgresJobs(pool: pg.Pool): JobWatch {
  const columns = `queue, id, concat(lock_token, ' ', locked_until_ms) AS hold, stalled_count AS losses, data AS payload`;
  const rowsOf = async (jobs: readonly HeldJob[]): Promise<Row[]> => {
    const { rows } = await pool.query<Row>(
      `SELECT ${columns}, state = 'active' AS "isHeld" FROM bullmq.job
         JOIN json_to_recordset($1) AS asked (queue text, id text) USING (queue, id)`,
      [JSON.stringify(jobs.map(({ queue, id }) => ({ queue, id })))],
    );
    return rows;
  };
  return watching(rowsOf, async () => {
    const { rows } = await pool.query<HeldJob>(`SELECT ${columns} FROM bullmq.job WHERE state = 'active'`);
    return rows;
  });
}

/** Jobs in Redis, under the prefix that every installation has unless told. */
export function watchRedisJobs(client: Redis, prefix = '{techsupport}'): JobWatch {
  const rowsOf = (jobs: readonly Pick<HeldJob, 'queue' | 'id'>[]): Promise<Row[]> =>
    Promise.all(
      jobs.map(async ({ queue, id }) => {
        const key = `${prefix}:${queue}:${id}`;
        const [[payload = null, losses = null], token, until, place] = await Promise.all([
          client.hmget(key, 'data', 'stc'),
          client.get(`${key}:lock`),
          client.pexpiretime(`${key}:lock`),
          client.lpos(`${prefix}:${queue}:active`, id),
        ]);
        return {
          queue,
          id,
          hold: `${token} ${until}`,
          losses: Number(losses ?? 0),
          payload: payload === null ? null : (JSON.parse(payload) as unknown),
          isHeld: place !== null,
        };
      }),
    );
  return watching(rowsOf, async () => {
    const ids = await Promise.all(
      QUEUES.map(async (queue) =>
        (await client.lrange(`${prefix}:${queue}:active`, 0, -1)).map((id) => ({ queue, id })),
      ),
    );
    return (await rowsOf(ids.flat())).filter(({ isHeld }) => isHeld);
  });
}

function watching(rowsOf: (jobs: readonly HeldJob[]) => Promise<Row[]>, held: () => Promise<HeldJob[]>): JobWatch {
  const those = async (jobs: readonly HeldJob[], isSo: (job: HeldJob, now: Row | undefined) => boolean) => {
    const now = new Map((await rowsOf(jobs)).map((row) => [`${row.queue} ${row.id}`, row]));
    return jobs.filter((job) => isSo(job, now.get(`${job.queue} ${job.id}`)));
  };
  return {
    held,
    // A hold that has run out is no longer in Redis: it still is as its worker left it.
    unchanged: (jobs) =>
      those(
        jobs,
        (job, now) => now?.isHeld === true && (now.hold === job.hold || isOver(now.hold)) && now.losses === job.losses,
      ),
    takenAway: (jobs) => those(jobs, (job, now) => (now?.losses ?? 0) > job.losses),
  };
}

/** Redis says so of a key that is gone. */
const isOver = (hold: string) => hold === 'null -2';
