import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type Frame, type Frames, subscribeFrames } from '../harness/frames.ts';
import { type Measured, processorTime } from '../harness/processor-time.ts';
import type { BenchServer } from '../harness/server.ts';
import { largest } from '../harness/statistics.ts';
import { eventually, until } from '../harness/waiting.ts';
import { checkRecorded, type DueTickets, LEAD_MS, makeDue, type Schedule } from './due-tickets.ts';
import { judge, type LagFigures, type Told } from './lags.ts';

/** What a supervisor's screen would ask for. */
const ALERTS = `subscription ($after: String) {
  slaAlerts(kinds: [BREACHED], after: $after) {
    id cursor kind action tier escalationLevel occurredAt dueAt detectedAt
    ticket { id reference title status priority }
  }
}`;

interface Alert {
  readonly cursor: string;
  readonly kind: string;
  readonly action: string;
  readonly occurredAt: string;
  readonly ticket: { readonly id: string; readonly status: string };
}

/** How long frames are waited for after the last due instant. */
const PATIENCE_MS = 20_000;
/** A frame that comes twice comes soon after. */
const AFTERMATH_MS = 300;

/** One subscriber of a server, in this process. */
export function subscribe(server: BenchServer): Promise<Frames> {
  const { origin } = server.process;
  return subscribeFrames({
    origin,
    token: server.admin.token,
    query: ALERTS,
    cursorOf: (text) => alertIn(text).cursor,
  });
}

/** Two small rounds that have to go right before anything is timed. Returns the bytes of a frame. */
export async function checkProduct(
  client: pg.Client,
  frames: Frames,
  how: Pick<Schedule, 'tell'> = {},
): Promise<number> {
  let bytes = 0;
  for (const gapMs of [0, 10]) {
    const due = await makeDue(client, { ...how, count: 200, gapMs }, Date.now() + LEAD_MS);
    const received = await receive(frames, due);
    const { missed, twice } = judge(received, due, readAlert);
    assert.deepEqual({ missed, twice }, { missed: 0, twice: 0 });
    await checkRecorded(client, due);
    bytes = Math.round(received.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / received.length);
  }
  return bytes;
}

/** One round: tickets become due, their frames arrive, and the database agrees. */
export async function productRound(
  client: pg.Client,
  frames: Frames,
  schedule: Schedule,
  pids: Measured,
): Promise<LagFigures> {
  const firstDueAt = Date.now() + LEAD_MS;
  const due = await makeDue(client, schedule, firstDueAt);
  await until(firstDueAt);
  const used = processorTime(pids);
  const figures = await collect(frames, due);
  const { server, postgres } = used();
  await checkRecorded(client, due);
  return { ...figures, serverMs: (server * 1_000) / due.size, postgresMs: (postgres * 1_000) / due.size };
}

/** Waits for the frames of `due` and judges them. */
export async function collect(frames: Frames, due: DueTickets): Promise<LagFigures> {
  const received = await receive(frames, due);
  return { ...judge(received, due, readAlert), cutOff: frames.takeCuts() };
}

async function receive(frames: Frames, due: DueTickets): Promise<Frame[]> {
  const last = largest([...due.values()]);
  await eventually(() => frames.count >= due.size || frames.closed !== null, last + PATIENCE_MS);
  await delay(AFTERMATH_MS);
  assert.equal(frames.closed, null, 'The subscription goes on');
  return frames.take();
}

function readAlert(text: string): Told {
  const { kind, action, occurredAt, ticket } = alertIn(text);
  assert.deepEqual([kind, action, ticket.status], ['BREACHED', 'ESCALATE', 'ESCALATED']);
  return { ticketId: ticket.id, occurredAt };
}

function alertIn(text: string): Alert {
  const { payload } = JSON.parse(text) as { payload: { data?: { slaAlerts: Alert }; errors?: unknown } };
  assert(payload.data && !payload.errors, `Not an alert: ${text}`);
  return payload.data.slaAlerts;
}
