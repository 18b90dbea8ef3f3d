import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Frames, subscribeFrames } from '../harness/frames.ts';
import type { Figures } from '../harness/rounds.ts';
import type { BenchServer } from '../harness/server.ts';
import { largest, quantile } from '../harness/statistics.ts';
import { eventually } from '../harness/waiting.ts';

const CALM_CHANGES = 200;
const BUSY_CHANGES = 400;
const AT_A_TIME = 8;
/** Between two calm changes: up to so long, so that they do not keep step with anything. */
const LONGEST_GAP_MS = 30;
const PATIENCE_MS = 10_000;

/** Milliseconds from the acknowledgement (`Sent`: from sending) of a change to its frame. NaN where it is not measured. */
export interface LatencyFigures extends Figures {
  readonly calmP50: number;
  readonly calmP99: number;
  readonly calmMax: number;
  readonly busyP50: number;
  readonly busyP99: number;
  readonly busyMax: number;
  readonly calmSentP50: number;
  readonly calmSentP99: number;
  readonly busySentP50: number;
  readonly busySentP99: number;
}

const EVENTS = 'subscription ($after: String) { ticketEvents(after: $after) { id cursor type ticketId } }';
const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }';

interface Event {
  readonly cursor: string;
  readonly type: string;
  readonly ticketId: string;
}

/** When a change was sent and acknowledged, by this machine's clock. */
interface Change {
  readonly ticketId: string;
  readonly sentAt: number;
  readonly acknowledgedAt: number;
}

/** Changes through `first`, a subscriber of `second`. Returns a run of both rounds, checked and warm. */
export async function startPair(first: BenchServer, second: BenchServer): Promise<() => Promise<LatencyFigures>> {
  const { createClient } = await first.admin.run<{ createClient: { id: string } }>(
    'mutation { createClient(input: { name: "Bench", tier: NORMAL }) { id } }',
  );
  const frames = await subscribeFrames({
    origin: second.process.origin,
    token: second.admin.token,
    query: EVENTS,
    cursorOf: (text) => eventIn(text).cursor,
  });
  const change = async (): Promise<Change> => {
    const input = { id: randomUUID(), clientId: createClient.id, title: 'Bench', description: '' };
    const sentAt = Date.now();
    await first.admin.run(CREATE, { input });
    return { ticketId: input.id, sentAt, acknowledgedAt: Date.now() };
  };
  const run = async (calmChanges: number, busyChanges: number): Promise<LatencyFigures> => {
    const calm: Change[] = [];
    while (calm.length < calmChanges) {
      calm.push(await change());
      await eventually(() => frames.count >= calm.length, Date.now() + PATIENCE_MS, 1);
      await delay(Math.random() * LONGEST_GAP_MS);
    }
    const calmLags = await lagsOf(frames, calm);
    const busy: Change[] = [];
    let begun = 0;
    const worker = async () => {
      for (; begun < busyChanges; ) {
        begun += 1;
        busy.push(await change());
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const busyLags = await lagsOf(frames, busy);
    return {
      ...{ calmP50: quantile(calmLags.after, 0.5), calmP99: quantile(calmLags.after, 0.99) },
      ...{ busyP50: quantile(busyLags.after, 0.5), busyP99: quantile(busyLags.after, 0.99) },
      ...{ calmMax: largest(calmLags.after), busyMax: largest(busyLags.after) },
      ...{ calmSentP50: quantile(calmLags.sent, 0.5), calmSentP99: quantile(calmLags.sent, 0.99) },
      ...{ busySentP50: quantile(busyLags.sent, 0.5), busySentP99: quantile(busyLags.sent, 0.99) },
    };
  };
  // What the subscription tells of what was there before it: nothing; then warm, before it counts.
  await change();
  assert(await eventually(() => frames.count === 1, Date.now() + PATIENCE_MS), 'The subscriber hears of a change');
  frames.take();
  await run(CALM_CHANGES / 4, BUSY_CHANGES / 4);
  return () => run(CALM_CHANGES, BUSY_CHANGES);
}

/** Waits for the frames of the changes; one that is missing, comes twice or is out of order fails the benchmark. */
async function lagsOf(frames: Frames, changes: readonly Change[]): Promise<{ after: number[]; sent: number[] }> {
  await eventually(() => frames.count >= changes.length || frames.closed !== null, Date.now() + PATIENCE_MS);
  assert.equal(frames.closed, null, 'The subscription goes on');
  const events = frames.take().map(({ at, text }) => ({ at, ...eventIn(text) }));
  const at = new Map(events.map((event) => [event.ticketId, event.at]));
  assert.equal(events.length, changes.length, 'One event for each change');
  assert(events.every(({ type }) => type === 'ticket.created'));
  const cursors = events.map(({ cursor }) => cursor);
  assert.equal(new Set(cursors).size, cursors.length, 'Each once');
  const lag = (change: Change, since: number) => (at.get(change.ticketId) ?? Number.NaN) - since;
  const lags = {
    after: changes.map((change) => lag(change, change.acknowledgedAt)),
    sent: changes.map((change) => lag(change, change.sentAt)),
  };
  assert(!lags.sent.some(Number.isNaN), 'Of each change');
  return lags;
}

function eventIn(text: string): Event {
  const { payload } = JSON.parse(text) as { payload: { data?: { ticketEvents: Event }; errors?: unknown } };
  assert(payload.data && !payload.errors, `Not an event: ${text}`);
  return payload.data.ticketEvents;
}
