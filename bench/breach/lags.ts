import assert from 'node:assert/strict';
import type { Frame } from '../harness/frames.ts';
import type { Figures } from '../harness/rounds.ts';
import { largest, quantile } from '../harness/statistics.ts';
import type { DueTickets } from './due-tickets.ts';

const LATE_MS = 1_000;

/** Milliseconds from due instants to frames, and what went wrong. */
export interface LagFigures extends Figures {
  readonly p50: number;
  readonly p99: number;
  /** Of a burst: when the last frame arrived. */
  readonly max: number;
  readonly missed: number;
  readonly twice: number;
  readonly overOneSecond: number;
  /** How often the server cut the subscriber off as too slow; it went on from its cursor. */
  readonly cutOff: number;
  /** Processor time of each alert in milliseconds; NaN of contenders that are not measured. */
  readonly serverMs: number;
  readonly postgresMs: number;
}

/** What a frame tells: which ticket, and the instant that was due. */
export interface Told {
  readonly ticketId: string;
  readonly occurredAt: string;
}

/** Compares the frames of one round with the tickets that were to be told of. A frame about anything else fails the benchmark. */
export function judge(frames: readonly Frame[], due: DueTickets, read: (text: string) => Told): LagFigures {
  const seen = new Set<string>();
  const lags: number[] = [];
  let twice = 0;
  for (const { at, text } of frames) {
    const { ticketId, occurredAt } = read(text);
    const dueAt = due.get(ticketId);
    assert(dueAt !== undefined, `A frame about another ticket: ${text}`);
    assert.equal(Date.parse(occurredAt), dueAt, 'The frame tells the instant that was due');
    if (seen.has(ticketId)) twice += 1;
    else lags.push(at - dueAt);
    seen.add(ticketId);
  }
  return {
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    max: largest(lags),
    missed: due.size - seen.size,
    twice,
    overOneSecond: lags.filter((lag) => lag > LATE_MS).length,
    cutOff: 0,
    serverMs: Number.NaN,
    postgresMs: Number.NaN,
  };
}
