import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { DeliveredAlert } from '../src/application/live/subscribe.ts';
import { failure, MINUTE, until } from './support/desk.ts';
import { aboutTicket, alerts, events, liveDesk, take, typeOf } from './support/live.ts';

describe('rights at delivery', () => {
  it('gives an agent the alerts of tickets that they hold at that moment, live and in replay', async () => {
    const desk = await liveDesk();
    const [agent, other] = [await desk.person('AGENT'), await desk.person('AGENT')];
    const client = await desk.client('VIP');
    const after = await desk.live.eventCursor(desk.admin);
    const mine = await desk.ticket(client.id, { assigneeId: agent.id });
    const lost = await desk.ticket(client.id, { assigneeId: agent.id });
    const gained = await desk.ticket(client.id, { assigneeId: other.id });
    const deleted = await desk.ticket(client.id, { assigneeId: agent.id });
    const stream = await alerts(desk, agent);
    const everything = await alerts(desk, desk.admin);
    await desk.mutations.assignTicket(desk.admin, { id: lost.id, assigneeId: other.id });
    await desk.mutations.assignTicket(desk.admin, { id: gained.id, assigneeId: agent.id });
    await desk.mutations.deleteTicket(desk.admin, deleted.id);
    const taken = Promise.all([take(everything, 3), take(stream, 2)]);
    desk.advance(120 * MINUTE);
    await desk.jobs.detectBreaches();
    const [ofAll, ofAgent] = await taken;
    expect(ofAll.map(aboutTicket)).toEqual([mine.id, lost.id, gained.id]);
    expect(ofAgent.map(aboutTicket)).toEqual([mine.id, gained.id]);

    await desk.mutations.assignTicket(desk.admin, { id: mine.id, assigneeId: null });
    desk.advance(1_000);
    const replay = await alerts(desk, agent, {}, after);
    expect((await take(replay, 1)).map(aboutTicket)).toEqual([gained.id]);
    for (const each of [stream, everything, replay]) await each.return?.();
  });

  it('tells an agent of a deletion without the ticket, and of nothing more until it is restored', async () => {
    const desk = await liveDesk();
    const agent = await desk.person('AGENT');
    const ticket = await desk.ticket((await desk.client()).id);
    const { position = 0 } = (await desk.events(ticket.id)).at(-1) ?? {};
    await until(() => desk.hub.position >= position);
    const stream = await events(desk, agent);
    const lead = await events(desk, desk.admin, null, ticket.id);
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    const [deletion] = await take(stream, 1);
    expect(deletion).toMatchObject({ event: { type: 'ticket.deleted' }, ticket: null });
    expect((await take(lead, 1))[0]?.ticket?.id).toBe(ticket.id);
    await desk.mutations.restoreTicket(desk.admin, ticket.id);
    expect((await take(stream, 1)).map(typeOf)).toEqual(['ticket.restored']);
    await stream.return?.();
    await lead.return?.();
  });

  it('is as if there were no ticket for an agent who asks for the events of a deleted one', async () => {
    const desk = await liveDesk();
    const agent = await desk.person('AGENT');
    const ticket = await desk.ticket((await desk.client()).id);
    await desk.mutations.deleteTicket(desk.admin, ticket.id);
    expect(await failure(events(desk, agent, null, ticket.id))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(events(desk, desk.admin, null, v7()))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(events(desk, desk.admin, null, 'none'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(desk.hub.size).toBe(0);
  });
});

describe('alerts', () => {
  it('come filtered by kind and tier, the same in the query as in the subscription', async () => {
    const desk = await liveDesk();
    const [vip, normal] = [await desk.client('VIP'), await desk.client('NORMAL')];
    const streams = {
      all: await alerts(desk, desk.admin),
      breaches: await alerts(desk, desk.admin, { kinds: ['BREACHED'] }),
      normal: await alerts(desk, desk.admin, { tier: 'NORMAL' }),
    };
    const taken = Promise.all([take(streams.all, 5), take(streams.breaches, 2), take(streams.normal, 2)]);
    const tickets = [await desk.ticket(vip.id), await desk.ticket(normal.id)];
    for (const minutes of [90, 120, 1_080, 1_440]) {
      desk.setTime(new Date((tickets[0]?.createdAt.getTime() ?? 0) + minutes * MINUTE));
      await desk.jobs.detectBreaches();
    }
    await desk.mutations.acknowledgeEscalation(desk.admin, tickets[0]?.id ?? '');
    const short = ({ alert }: DeliveredAlert) => `${alert.tier} ${alert.kind} ${alert.action} ${alert.escalationLevel}`;
    const [all, breaches, ofNormal] = await taken;
    expect(all.map(short)).toEqual([
      'VIP AT_RISK null 0',
      'VIP BREACHED ESCALATE 1',
      'NORMAL AT_RISK null 0',
      'NORMAL BREACHED NOTIFY_SUPERVISOR 0',
      'VIP ACKNOWLEDGED null 1',
    ]);
    expect(breaches.map(short)).toEqual([short(all[1] as never), short(all[3] as never)]);
    expect(ofNormal.map(short)).toEqual([short(all[2] as never), short(all[3] as never)]);

    const listed = await desk.live.listAlerts(desk.admin, { first: 100 });
    expect(listed.items.map(({ node }) => node)).toEqual(all.map(({ alert }) => alert));
    expect(await listed.totalCount()).toBe(5);
    const some = await desk.live.listAlerts(desk.admin, {
      first: 1,
      kinds: ['BREACHED'],
      after: listed.items[1]?.cursor,
    });
    expect(some).toMatchObject({ items: [{ node: { id: all[3]?.alert.id } }], hasNextPage: false });
    for (const stream of Object.values(streams)) await stream.return?.();
  });

  it('of an agent are those of tickets that they hold now, in the query too', async () => {
    const desk = await liveDesk();
    const agent = await desk.person('AGENT');
    const vip = await desk.client('VIP');
    const mine = await desk.ticket(vip.id, { assigneeId: agent.id });
    await desk.ticket(vip.id);
    desk.advance(500 * MINUTE);
    await desk.jobs.detectBreaches();
    const listed = await desk.live.listAlerts(agent, { first: 10 });
    expect(listed.items.map(({ node }) => node.ticketId)).toEqual([mine.id]);
    expect(await listed.totalCount()).toBe(1);
  });
});
