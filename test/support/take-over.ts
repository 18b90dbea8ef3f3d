import type { Installation } from './installation.ts';
import type { HeldJob } from './job-watch.ts';
import { spread } from './ledger.ts';
import { eventually } from './server.ts';

/** Of these the next round of their schedule does what a dead worker left, not another worker's taking up. */
const BY_ROUNDS = new Set(['sla-sweep', 'projections', 'maintenance']);

/** How long others needed for what a dead worker had begun, in milliseconds; null: it had begun nothing of the kind. */
export interface TakeOver {
  /** Until the last of its jobs was taken from it. */
  readonly jobs: number | null;
  /** Until the last of the chunks that it was writing was committed. */
  readonly chunks: number | null;
}

/** Watches the jobs that are held at the call until others have done what their worker does not; `since` is when it died. */
export async function takeOver({ desk, jobs }: Installation, since: number): Promise<TakeOver> {
  const held = (await jobs.held()).filter(({ queue }) => !BY_ROUNDS.has(queue));
  const open = async (some: readonly HeldJob[]): Promise<HeldJob[]> => {
    const { rows } = await desk.db.pool.query<{ importId: string; seq: number }>(
      `SELECT import_id AS "importId", c.seq
         FROM import_chunks c JOIN json_to_recordset($1) AS asked ("importId" uuid, seq int) ON "importId" = import_id AND asked.seq = c.seq
        WHERE committed_at IS NULL`,
      [JSON.stringify(some.map(({ payload }) => payload))],
    );
    const keys = new Set(rows.map(({ importId, seq }) => `${importId} ${seq}`));
    return some.filter(({ payload }) => keys.has(chunkOf(payload)));
  };
  const chunks = await open(held.filter(({ queue }) => queue.endsWith('-chunks')));
  const [jobsMs, chunksMs] = await Promise.all([
    untilNone(held, jobs.unchanged, since),
    untilNone(chunks, open, since),
  ]);
  // Only what was taken from the dead one counts: the living end theirs at once.
  const lost = await jobs.takenAway(held);
  return { jobs: longest(lost, jobsMs), chunks: longest(lost, chunksMs) };
}

/** What is to be told of some rounds. */
export function takeOverFacts(rounds: readonly TakeOver[]): Record<string, unknown> {
  const of = (kind: keyof TakeOver) => {
    const times = rounds.map((round) => round[kind]).filter((ms) => ms !== null);
    const { median, max } = spread(times);
    return times.length === 0 ? 'in no round' : `in ${times.length} rounds, median ${median} ms, at most ${max} ms`;
  };
  return { 'its jobs taken up': of('jobs'), 'its chunks committed': of('chunks') };
}

/** When each of `all` was first found to be no longer among those that `left` gives. */
async function untilNone(
  all: readonly HeldJob[],
  left: (some: readonly HeldJob[]) => Promise<HeldJob[]>,
  since: number,
): Promise<ReadonlyMap<HeldJob, number>> {
  const gone = new Map<HeldJob, number>();
  let waiting = all;
  await eventually(
    async () => {
      const still = new Set(await left(waiting));
      for (const job of waiting) if (!still.has(job)) gone.set(job, performance.now() - since);
      waiting = [...still];
    },
    () => waiting.length === 0,
  );
  return gone;
}

function longest(jobs: readonly HeldJob[], times: ReadonlyMap<HeldJob, number>): number | null {
  const own = jobs.map((job) => times.get(job)).filter((ms) => ms !== undefined);
  return own.length === 0 ? null : Math.max(...own);
}

function chunkOf(payload: unknown): string {
  const { importId, seq } = payload as { importId: string; seq: number };
  return `${importId} ${seq}`;
}
