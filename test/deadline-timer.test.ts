import { afterEach, expect, it } from 'vitest';
import { DeadlineTimer } from '../src/application/sla/deadline-timer.ts';
import type { LoggedEvent } from '../src/domain/event.ts';
import type { Ticket } from '../src/domain/ticket.ts';
import { PostgresWakeUp } from '../src/infrastructure/postgres/wake-up.ts';
import { createDesk, MINUTE, type TestDesk } from './support/desk.ts';

/** Long before the sweep, the second hint, would have come. */
const FAR_BEFORE_THE_SWEEP_S = 5;

const open: TestDesk[] = [];
afterEach(async () => {
  for (const desk of open.splice(0)) await desk[Symbol.asyncDispose]();
});

async function deskInRealTime(): Promise<TestDesk> {
  const desk = await createDesk({ realTime: true });
  open.push(desk);
  await desk.hub.start();
  return desk;
}

/** A VIP ticket that was opened nearly two hours ago: it is due in so many milliseconds. */
async function ticketDueIn(desk: TestDesk, clientId: string, milliseconds: number): Promise<Ticket> {
  desk.advance(milliseconds - 120 * MINUTE);
  const ticket = await desk.ticket(clientId);
  desk.advance(120 * MINUTE - milliseconds);
  return ticket;
}

/** Resolves with the breaches that the hub tells of, once there are `count`. */
function breaches(desk: TestDesk, count: number): Promise<LoggedEvent[]> {
  const heard: LoggedEvent[] = [];
  return new Promise((resolve) => {
    desk.hub.listen((event) => {
      if (event.type === 'sla.breached') heard.push(event);
      if (heard.length === count) resolve(heard);
    });
  });
}

it('breaches tickets at their due instants, in their order, each once', async () => {
  const desk = await deskInRealTime();
  const { id } = await desk.client('VIP');
  const tickets: Ticket[] = [];
  for (const wait of [900, 700, 1_300, 1_100, 500]) tickets.push(await ticketDueIn(desk, id, wait));
  const heard = breaches(desk, 5);
  desk.deadlineTimer.start();
  const inOrder = tickets.toSorted((a, b) => (a.clock.dueAt?.getTime() ?? 0) - (b.clock.dueAt?.getTime() ?? 0));
  expect((await heard).map(({ subjectId }) => subjectId)).toEqual(inOrder.map((ticket) => ticket.id));
  await desk.deadlineTimer.stop();
  for (const [i, event] of (await heard).entries()) expect(event.occurredAt).toEqual(inOrder[i]?.clock.dueAt);
  expect(desk.lags).toHaveLength(5);
  expect(Math.min(...desk.lags)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...desk.lags)).toBeLessThan(FAR_BEFORE_THE_SWEEP_S);
});

it('notices a nearer deadline that another process announces', async () => {
  const desk = await deskInRealTime();
  const { id } = await desk.client('VIP');
  const late = await desk.ticket(id);
  desk.deadlineTimer.start();
  const elsewhere = new PostgresWakeUp(desk.url, {
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  });
  await elsewhere.start();
  const heard = breaches(desk, 1);
  const due = new Date(Date.now() + 300);
  await desk.db.pool.query(
    'UPDATE tickets SET sla_due_at = $2, sla_next_deadline_at = $2, sla_at_risk_alerted_at = now() WHERE id = $1',
    [late.id, due],
  );
  elsewhere.announce();
  expect(await heard).toMatchObject([{ subjectId: late.id, occurredAt: due }]);
  expect(Math.max(...desk.lags)).toBeLessThan(FAR_BEFORE_THE_SWEEP_S);
  await elsewhere.stop();
});

it('goes on after the database was away', async () => {
  const desk = await deskInRealTime();
  const { id } = await desk.client('VIP');
  await desk.connectAll();
  desk.deadlineTimer.start();
  const ticket = await ticketDueIn(desk, id, 300);
  const heard = breaches(desk, 1);
  await desk.db.pool.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  expect(await heard).toMatchObject([{ subjectId: ticket.id }]);
  expect((await desk.typesOf(ticket.id)).filter((type) => type === 'sla.breached')).toHaveLength(1);
});

it('warns, waits a little and reads the deadlines again when that fails, and stops only when its claim has ended', async () => {
  const due = new Date(Date.now() + 50);
  let reads = 0;
  let finish: () => void = () => undefined;
  const warnings: string[] = [];
  let started: () => void = () => undefined;
  const claiming = new Promise<void>((resolve) => {
    started = resolve;
  });
  const timer = new DeadlineTimer({
    deadlines: {
      next: async () => {
        reads += 1;
        if (reads === 1) throw new Error('away');
        return [due];
      },
    },
    detectBreaches: () => {
      started();
      return new Promise((resolve) => {
        finish = () => resolve(1);
      });
    },
    wakeUp: { announce: () => undefined, onNews: () => () => undefined },
    clock: { now: () => new Date() },
    log: { info: () => undefined, warn: (_, message) => void warnings.push(message), error: () => undefined },
  });
  timer.start();
  await claiming;
  expect(reads).toBe(2);
  expect(warnings).toHaveLength(1);
  let stopped = false;
  const stopping = timer.stop().then(() => {
    stopped = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  finish();
  await stopping;
});
