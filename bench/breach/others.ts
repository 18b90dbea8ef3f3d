import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type pg from 'pg';
import type { Stage } from '../harness/benchmark.ts';
import { type Frames, openFrames } from '../harness/frames.ts';
import { eventually } from '../harness/waiting.ts';
import { LEAD_MS, makeDue, type Schedule } from './due-tickets.ts';
import { judge, type LagFigures, type Told } from './lags.ts';

/** What the limit is told to send. */
export interface BareJob {
  readonly dueAt: readonly number[];
  readonly bytes: number;
}

/** What the poller is told to do. */
export interface PollJob {
  readonly databaseUrl: string;
  readonly firstScanAt: number;
  readonly everyMs: number;
  readonly bytes: number;
}

const PATIENCE_MS = 20_000;

/** The limit: a process that sets one timer for each deadline and sends as many bytes on a plain WebSocket. */
export async function startBareSender(stage: Stage) {
  const { child, frames } = await startSender(stage, 'bare-sender.ts');
  return async ({ count, gapMs }: Schedule, bytes: number): Promise<LagFigures> => {
    const firstDueAt = Date.now() + LEAD_MS / 5;
    const dueAt = Array.from({ length: count }, (_, i) => Math.round(firstDueAt + i * gapMs));
    const job: BareJob = { dueAt, bytes };
    child.send(job);
    const last = dueAt.at(-1) ?? firstDueAt;
    await eventually(() => frames.count >= count || frames.closed !== null, last + PATIENCE_MS);
    return judge(frames.take(), new Map(dueAt.map((at, i) => [`${i}`, at])), readSent);
  };
}

/** The peer: a process that looks for overdue tickets every minute. `work` says what becomes due how long before its scan. */
export async function runPoller(
  stage: Stage,
  client: pg.Client,
  { databaseUrl, bytes }: Pick<PollJob, 'databaseUrl' | 'bytes'>,
  everyMs: number,
  work: readonly { readonly schedule: Schedule; readonly beforeScanMs: number }[],
): Promise<LagFigures[]> {
  const { child, frames } = await startSender(stage, 'poller.ts');
  const firstScanAt = Date.now() + everyMs;
  const job: PollJob = { databaseUrl, firstScanAt, everyMs, bytes };
  child.send(job);
  const due = [];
  for (const { schedule, beforeScanMs } of work) {
    due.push(await makeDue(client, schedule, firstScanAt - beforeScanMs));
  }
  const count = due.reduce((sum, tickets) => sum + tickets.size, 0);
  await eventually(() => frames.count >= count || frames.closed !== null, firstScanAt + everyMs + PATIENCE_MS);
  child.kill();
  const all = frames.take();
  return due.map((tickets) =>
    judge(
      all.filter(({ text }) => tickets.has(readSent(text).ticketId)),
      tickets,
      readSent,
    ),
  );
}

async function startSender(stage: Stage, script: string): Promise<{ child: ChildProcess; frames: Frames }> {
  const child = fork(join(import.meta.dirname, script), { execArgv: ['--import', 'tsx'] });
  stage.onEnd(async () => child.kill());
  const [port] = (await once(child, 'message')) as [number];
  return { child, frames: await openFrames(`ws://127.0.0.1:${port}`) };
}

function readSent(text: string): Told {
  return JSON.parse(text) as Told;
}
