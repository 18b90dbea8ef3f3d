import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alert, type DeskCalls, deskCalls } from './support/desk-calls.ts';
import { followEvents as events, followAlerts } from './support/follow.ts';
import type { GraphqlCaller } from './support/graphql-client.ts';
import { codeOf, PASSWORD, type Person, startTestServer, type TestServer } from './support/server.ts';

let server: TestServer;
/** Another process on the same database. */
let second: TestServer;
let desk: DeskCalls;
let vip: string;
beforeAll(async () => {
  // A short backlog: nothing here may need a long one.
  server = await startTestServer({ env: { SUBSCRIBER_MAX_BACKLOG: '60' } });
  second = await startTestServer({ databaseUrl: server.databaseUrl });
  desk = deskCalls(server);
  vip = await desk.client('VIP');
});
afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const alerts = (by: GraphqlCaller, after: string | null) => followAlerts(by, after, ['BREACHED']);

describe('a cursor', () => {
  it('carries alerts over lost connections: every one once, in order', async () => {
    const { admin } = server;
    const breach = async (count: number) => {
      const ids = await Promise.all(Array.from({ length: count }, () => desk.ticket(vip)));
      const now = Date.now();
      for (const [i, id] of ids.entries()) await server.makeDue(id, new Date(now - 10_000 + i));
      return ids;
    };
    let after = await desk.cursor();
    const start = after;
    const expected = await breach(3);
    const seen: Alert[] = [];
    const receive = async (count: number) => {
      const feed = alerts(admin, after);
      for (const { slaAlerts } of await feed.take(count)) {
        seen.push(slaAlerts);
        after = slaAlerts.cursor;
      }
      return feed;
    };
    const first = await receive(2);
    first.drop();
    expected.push(...(await breach(3)));
    // What the lost connection had sent without being heard comes again; what was heard does not.
    const next = await receive(4);
    expected.push(...(await breach(2)));
    next.drop();
    await (await receive(2)).stop();
    expect(seen.map(({ ticket }) => ticket.id).sort()).toEqual(expected.sort());
    expect(new Set(seen.map(({ id }) => id)).size).toBe(8);

    const again = alerts(second.admin, start);
    expect((await again.take(8)).map(({ slaAlerts }) => slaAlerts.cursor)).toEqual(seen.map(({ cursor }) => cursor));
    await again.stop();
    const { slaAlerts } = await admin.ask<{ slaAlerts: { nodes: { id: string }[] } }>(
      'query ($after: String) { slaAlerts(after: $after, kinds: [BREACHED]) { nodes { id } } }',
      { after: start },
    );
    expect(slaAlerts.nodes.map(({ id }) => id)).toEqual(seen.map(({ id }) => id));
  });

  it('carries ticket events over connections that break again and again while many write', async () => {
    const head = await desk.head();
    let after = await desk.cursor();
    const writing = writers(4, 12);
    const seen: string[] = [];
    const receivers = [server, second];
    let marker: string | null = null;
    for (let connection = 0; ; connection += 1) {
      const feed = events(receivers[connection % 2]?.admin ?? server.admin, after);
      let ended = false;
      for (let taken = 0; taken < 17 && !ended; taken += 1) {
        if (seen.length > 60 && marker === null) {
          await writing;
          marker = await desk.ticket(vip);
        }
        const { ticketEvents } = await feed.next();
        seen.push(ticketEvents.id);
        after = ticketEvents.cursor;
        ended = ticketEvents.ticketId === marker;
      }
      feed.drop();
      if (ended) break;
    }
    expect(seen).toEqual(await desk.logged(head));
  });

  it('of eventCursor, read before a page, makes page and subscription one whole', async () => {
    const { admin } = server;
    await writers(2, 4);
    const writing = writers(4, 10);
    const known = new Map<string, number>();
    const learn = ({ id, version }: { id: string; version: number }) =>
      known.set(id, Math.max(version, known.get(id) ?? 0));
    const after = await desk.cursor();
    let page: string | null = null;
    do {
      const { tickets }: TicketPage = await admin.ask<TicketPage>(PAGE, { after: page });
      tickets.nodes.forEach(learn);
      page = tickets.pageInfo.hasNextPage ? tickets.pageInfo.endCursor : null;
    } while (page);
    const feed = events(admin, after);
    await writing;
    const marker = await desk.ticket(vip);
    for (;;) {
      const { ticketEvents } = await feed.next();
      if (ticketEvents.ticket) learn(ticketEvents.ticket);
      if (ticketEvents.ticketId === marker) break;
    }
    await feed.stop();
    const stored = await server.sql<{ id: string; version: number }>('SELECT id, version FROM tickets');
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(stored.map(({ id, version }) => [id, version])));
  });

  it('that is damaged, of another list or of the future is refused', async () => {
    const { tickets } = await server.admin.ask<TicketPage>(PAGE, {});
    for (const after of ['nonsense', `${await desk.cursor()}x`, tickets.pageInfo.endCursor]) {
      const feed = events(server.admin, after);
      await expect(feed.next()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });

  it('older than the kept log is refused as expired', async () => {
    const after = await desk.cursor();
    await desk.ticket(vip);
    await server.sql(`INSERT INTO projections (name, position) VALUES ('event_log_floor', $1)`, [await desk.head()]);
    for (const feed of [events(server.admin, after), alerts(second.admin, after)]) {
      await expect(feed.next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
    await server.sql(`DELETE FROM projections WHERE name = 'event_log_floor'`);
  });
});

describe('an agent', () => {
  it('learns of a deletion by an event without its ticket, and then hears nothing more of it', async () => {
    const agent = await server.person('AGENT');
    const after = await desk.cursor();
    const id = await desk.ticket(vip);
    const [feed, own, all] = [events(agent, after), events(agent, after, id), events(server.admin, after, id)];
    expect((await feed.next()).ticketEvents).toMatchObject({ type: 'ticket.created', ticket: { id } });
    expect((await own.next()).ticketEvents.type).toBe('ticket.created');
    await desk.remove(id);
    const gone = { type: 'ticket.deleted', ticketId: id, ticket: null };
    expect((await feed.next()).ticketEvents).toMatchObject(gone);
    expect((await own.next()).ticketEvents).toMatchObject(gone);
    expect((await all.take(2))[1]?.ticketEvents).toMatchObject({ type: 'ticket.deleted', ticket: { id } });
    await desk.restore(id);
    const restored = { type: 'ticket.restored', ticket: { id } };
    expect((await feed.next()).ticketEvents).toMatchObject(restored);
    expect((await own.next()).ticketEvents).toMatchObject(restored);
    await Promise.all([feed.stop(), own.stop(), all.stop()]);
  });
});

describe('an open subscription ends with 4403', () => {
  const ENDINGS: [string, (person: Person) => Promise<unknown>][] = [
    [
      'is deactivated',
      ({ id }) => server.admin.ask('mutation ($id: ID!) { setUserActive(id: $id, active: false) { id } }', { id }),
    ],
    [
      'gets another role',
      ({ id }) => server.admin.ask('mutation ($id: ID!) { setUserRole(id: $id, role: AGENT) { id } }', { id }),
    ],
    ['logs out everywhere', (person) => person.ask('mutation { logoutEverywhere }')],
    [
      'changes the password',
      (person) =>
        person.ask('mutation ($current: String!) { changePassword(current: $current, next: "another good one") }', {
          current: PASSWORD,
        }),
    ],
  ];

  it.each(ENDINGS)('at once, on every process, when its user %s', async (_, end) => {
    const person = await server.person('SUPERVISOR');
    const after = await desk.cursor();
    await desk.ticket(vip);
    const feeds = [server, second].map(({ as }) => events(as(person.token), after));
    const bystander = events(server.admin, after);
    for (const feed of [...feeds, bystander]) await feed.next();
    await end(person);
    expect(codeOf(await person.send('{ me { id } }'))).toBe('UNAUTHENTICATED');
    expect(codeOf(await second.as(person.token).send('{ me { id } }'))).toBe('UNAUTHENTICATED');
    for (const feed of feeds) expect(await feed.ended).toMatchObject({ kind: 'closed', code: 4403 });
    const refreshing = 'mutation ($token: String!) { refresh(refreshToken: $token) { accessToken } }';
    expect(codeOf(await server.nobody.send(refreshing, { token: person.refreshToken }))).toBe('UNAUTHENTICATED');
    await desk.ticket(vip);
    expect((await bystander.next()).ticketEvents.type).toBe('ticket.created');
    await bystander.stop();
  });

  it('when its token expires', async () => {
    const person = await server.person('AGENT');
    const token = await server.shortToken(person, 2);
    const after = await desk.cursor();
    await desk.ticket(vip);
    const feed = events(server.as(token), after);
    expect((await feed.next()).ticketEvents.type).toBe('ticket.created');
    expect(await feed.ended).toMatchObject({ kind: 'closed', code: 4403, reason: 'Your access token has expired' });
    expect(codeOf(await server.as(token).send('{ me { id } }'))).toBe('UNAUTHENTICATED');
  });
});

it('nothing of all this failed for a reason that nobody foresaw', () => {
  expect([...server.log, ...second.log]).toEqual([]);
});

const PAGE = `query ($after: String) { tickets(first: 25, after: $after) {
  nodes { id version } pageInfo { hasNextPage endCursor } } }`;
interface TicketPage {
  tickets: { nodes: { id: string; version: number }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

/** `count` people who each open `rounds` tickets and do something with every one of them, on both processes. */
async function writers(count: number, rounds: number): Promise<void> {
  const other = deskCalls(second);
  await Promise.all(
    Array.from({ length: count }, async (_, writer) => {
      const own = writer % 2 ? other : desk;
      for (let round = 0; round < rounds; round += 1) {
        const id = await own.ticket(vip);
        if (round % 2) await own.status(id, 'PENDING');
        else await own.comment(id);
      }
    }),
  );
}
