import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ticket } from '../src/domain/ticket.ts';
import { calendar } from './support/calendar-week.ts';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';
import { type LadderCalls, ladderCalls } from './support/ladder-desk.ts';

let desk: TestDesk;
let calls: LadderCalls;
beforeEach(async () => {
  desk = await createDesk();
  calls = ladderCalls(desk);
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

const minutesAfter = ({ createdAt }: Ticket, minutes: number) => new Date(createdAt.getTime() + minutes * MINUTE);

describe('a breach that nobody acknowledges', () => {
  it('of a VIP goes up from level 1 by a level every ten minutes, and ends at the top', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(150);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 70', '3 at 80']);
    expect(await calls.alerts(ticket)).toEqual(['sla.at_risk', 'sla.breached', 'sla.escalated', 'sla.escalated']);
    expect(await desk.stored(ticket.id)).toMatchObject({
      status: 'ESCALATED',
      version: 4,
      clock: { escalationLevel: 3, nextEscalationAt: null, acknowledgedAt: null },
    });
    expect(desk.lags).toEqual([0, 0, 0]);
    expect(await desk.overdueUnalerted()).toBe(0);
  });

  it('of a NORMAL client begins at level 0; level 1 escalates the ticket', async () => {
    const ticket = await calls.open('NORMAL');
    await calls.pass(65);
    expect(await desk.stored(ticket.id)).toMatchObject({ status: 'OPEN', version: 2, clock: { escalationLevel: 0 } });
    await calls.pass(5);
    expect(await desk.stored(ticket.id)).toMatchObject({ status: 'ESCALATED', clock: { escalationLevel: 1 } });
    expect((await desk.typesOf(ticket.id)).slice(-2)).toEqual(['sla.escalated', 'ticket.status_changed']);
    await calls.pass(60);
    expect(await calls.levels(ticket)).toEqual(['0 at 60', '1 at 70', '2 at 80', '3 at 90']);
  });

  it('of a ticket that somebody works on makes it ESCALATED again at the next level', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(65);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(5);
    expect(await desk.stored(ticket.id)).toMatchObject({ status: 'ESCALATED', clock: { escalationLevel: 2 } });
    const events = await desk.events(ticket.id);
    expect(events.slice(-2).map(({ type, from, to, actorId }) => [type, from, to, actorId])).toEqual([
      ['sla.escalated', null, null, null],
      ['ticket.status_changed', 'IN_PROGRESS', 'ESCALATED', null],
    ]);
  });

  it('tells each level with its own instant and the due instant that was missed', async () => {
    const ticket = await calls.open('VIP');
    desk.advance(75 * MINUTE);
    await desk.jobs.detectBreaches();
    const instant = (minutes: number) => minutesAfter(ticket, minutes);
    const { items } = await desk.live.listAlerts(desk.admin, { first: 10, kinds: ['ESCALATED'] });
    expect(items.map(({ node }) => node)).toMatchObject([
      {
        ...{ kind: 'ESCALATED', action: null, tier: 'VIP', ticketId: ticket.id, escalationLevel: 2 },
        ...{ dueAt: instant(60), occurredAt: instant(70), detectedAt: instant(75) },
      },
    ]);
    expect(await desk.escalationsOf(ticket.id)).toMatchObject([
      { cycle: 1, level: 1, reason: 'sla_breached', escalatedAt: instant(60) },
      { cycle: 1, level: 2, reason: 'not_acknowledged', escalatedAt: instant(70), acknowledgedAt: null },
    ]);
    expect(desk.lags).toEqual([15 * 60, 5 * 60]);
  });

  it('without a ladder stays at its first level', async () => {
    const ticket = await calls.open('VIP', { escalateEveryMinutes: null });
    await calls.pass(90);
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    expect((await calls.clock(ticket)).nextEscalationAt).toBeNull();
  });

  it('goes up to level 1 at most where that is the top, from level 0 too', async () => {
    const vip = await calls.open('VIP', { maxEscalationLevel: 1 });
    const normal = await calls.open('NORMAL', { maxEscalationLevel: 1 });
    await calls.pass(100);
    expect([await calls.levels(vip), await calls.levels(normal)]).toEqual([['1 at 60'], ['0 at 60', '1 at 70']]);
  });
});

describe('acknowledging', () => {
  it('stops the ladder for the rest of the cycle and takes on every level so far, once', async () => {
    const ticket = await calls.open('NORMAL');
    await calls.pass(75);
    const before = await desk.stored(ticket.id);
    const taken = await calls.acknowledge(ticket);
    expect(taken).toMatchObject({ status: 'ESCALATED', version: before.version });
    expect(taken.clock).toMatchObject({ acknowledgedAt: desk.clock.now(), nextEscalationAt: null });
    desk.advance(MINUTE);
    expect(await calls.acknowledge(ticket)).toEqual(taken);
    await calls.pass(100);
    expect(await calls.levels(ticket)).toEqual(['0 at 60', '1 at 70']);
    expect(await desk.escalationsOf(ticket.id)).toMatchObject([
      { level: 0, acknowledgedById: desk.admin.id, acknowledgedAt: minutesAfter(ticket, 75) },
      { level: 1, acknowledgedById: desk.admin.id, acknowledgedAt: minutesAfter(ticket, 75) },
    ]);
    expect((await calls.alerts(ticket)).filter((type) => type === 'sla.acknowledged')).toHaveLength(1);
  });

  it('stays so when the ticket goes back to work, pauses and resumes', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(60);
    await calls.acknowledge(ticket);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.change(ticket, 'PENDING');
    await calls.pass(5);
    await calls.change(ticket, 'IN_PROGRESS');
    await calls.pass(50);
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    expect(await desk.stored(ticket.id)).toMatchObject({ status: 'IN_PROGRESS' });
  });

  it('comes after the levels that are past by then', async () => {
    const ticket = await calls.open('VIP');
    desk.advance(75 * MINUTE);
    const taken = await calls.acknowledge(ticket);
    expect(taken.clock).toMatchObject({ escalationLevel: 2, acknowledgedAt: minutesAfter(ticket, 75) });
    expect(await calls.alerts(ticket)).toEqual(['sla.breached', 'sla.escalated', 'sla.acknowledged']);
    await calls.pass(50);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 70']);
  });

  it('is possible for a ticket that was resolved after its breach, and for nothing that kept its promise', async () => {
    const [broken, kept] = [await calls.open('VIP'), await calls.open('VIP')];
    await calls.change(kept, 'RESOLVED');
    await calls.pass(60);
    await calls.change(broken, 'RESOLVED');
    await calls.pass(50);
    expect((await calls.acknowledge(broken)).clock).toMatchObject({ state: 'MET', acknowledgedAt: desk.clock.now() });
    expect(await desk.escalationsOf(broken.id)).toMatchObject([{ level: 1, acknowledgedAt: desk.clock.now() }]);
    const version = (await desk.stored(kept.id)).version;
    expect(await failure(calls.acknowledge(kept))).toEqual({ code: 'CONFLICT', details: { currentVersion: version } });
  });

  it('is for the present cycle: a reopened ticket has nothing to acknowledge until it breaks its promise again', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(60);
    await calls.acknowledge(ticket);
    await calls.change(ticket, 'RESOLVED');
    await calls.change(ticket, 'IN_PROGRESS');
    expect(await failure(calls.acknowledge(ticket))).toMatchObject({ code: 'CONFLICT' });
    await calls.pass(70);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', 'cycle 2: 1 at 120', 'cycle 2: 2 at 130']);
    await calls.acknowledge(ticket);
    await calls.pass(30);
    expect(await calls.levels(ticket)).toHaveLength(3);
  });
});

describe('the ladder stands still', () => {
  it('while the ticket waits for the client, in the middle of a step too', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(66);
    await calls.change(ticket, 'PENDING');
    expect((await calls.clock(ticket)).nextEscalationAt).toBeNull();
    await calls.pass(100);
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    await calls.change(ticket, 'IN_PROGRESS');
    expect((await calls.clock(ticket)).nextEscalationAt).toEqual(minutesAfter(ticket, 170));
    await calls.pass(20);
    expect(await calls.levels(ticket)).toEqual(['1 at 60', '2 at 170', '3 at 180']);
  });

  it('outside business hours, over night, a weekend and a holiday', async () => {
    // Opened on Monday 2 March 2026, 09:00:00.250 UTC.
    const hours = calendar('UTC', 'Mon-Fri 08:00-10:05', ['2026-03-04']);
    const ticket = await calls.open('VIP', { calendar: hours, escalateEveryMinutes: 100, maxEscalationLevel: 4 });
    await calls.pass(65);
    expect(await calls.levels(ticket)).toEqual(['1 at 60']);
    const due = (at: string) => new Date(`2026-03-${at}.250Z`);
    desk.setTime(due('20T00:00:00'));
    await desk.jobs.detectBreaches();
    expect((await desk.escalationsOf(ticket.id)).map(({ level, escalatedAt }) => [level, escalatedAt])).toEqual([
      [1, due('02T10:00:00')],
      // 5 minutes are left on Monday (to the millisecond 4:59.750), a day has 125, and Wednesday is a holiday.
      [2, due('03T09:35:00')],
      [3, due('05T09:10:00')],
      [4, due('06T08:45:00')],
    ]);
  });

  it('for good once the ticket is resolved; the next cycle begins at level 1 again', async () => {
    const ticket = await calls.open('VIP');
    await calls.pass(75);
    await calls.change(ticket, 'RESOLVED');
    await calls.pass(45);
    await calls.change(ticket, 'IN_PROGRESS');
    expect(await calls.clock(ticket)).toMatchObject({ cycle: 2, escalationLevel: 0, nextEscalationAt: null });
    await calls.pass(100);
    expect(await calls.levels(ticket)).toEqual([
      ...['1 at 60', '2 at 70'],
      ...['cycle 2: 1 at 180', 'cycle 2: 2 at 190', 'cycle 2: 3 at 200'],
    ]);
  });

  it('never for priority and tags: neither they nor a new title move an instant', async () => {
    const [plain, changed] = [await calls.open('VIP'), await calls.open('VIP')];
    const edit = (fields: object) => desk.mutations.updateTicket(desk.admin, { id: changed.id, ...fields });
    const before = await calls.clock(changed);
    await edit({ priority: 1, tags: ['urgent'], title: 'Everything on fire' });
    expect(await calls.clock(changed)).toEqual(before);
    await calls.pass(65);
    await edit({ priority: 4, tags: [] });
    await calls.pass(30);
    expect(await calls.levels(changed)).toEqual(['1 at 60', '2 at 70', '3 at 80']);
    expect(await calls.levels(changed)).toEqual(await calls.levels(plain));
    const { clock: urgent } = await desk.ticket((await desk.client('VIP')).id, { priority: 1, tags: ['urgent'] });
    expect(urgent.dueAt).toEqual(new Date(desk.clock.now().getTime() + 60 * MINUTE));
  });
});
