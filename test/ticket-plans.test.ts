import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TicketFilter, TicketListQuery, TicketSort } from '../src/application/ticket/ports.ts';
import { createDesk, type TestDesk } from './support/desk.ts';
import { plansOf as plansOfPool } from './support/plans.ts';

let desk: TestDesk;
let clientId: string;

beforeAll(async () => {
  desk = await createDesk();
  ({ id: clientId } = await desk.client('NORMAL'));
  await desk.ticket(clientId);
  await desk.db.pool.query(
    `INSERT INTO clients (id, name, tier, created_at)
     SELECT gen_random_uuid(), 'Company ' || n, CASE WHEN n % 10 = 0 THEN 'VIP' ELSE 'NORMAL' END, now() FROM generate_series(1, 500) n`,
  );
  await desk.db.pool.query(
    `INSERT INTO users (id, email, name, role, active, password_hash, created_at)
     SELECT gen_random_uuid(), n || '@example.com', 'Agent ' || n, 'AGENT', true, 'none', now() FROM generate_series(1, 40) n`,
  );
  // A desk of two years: most tickets are settled, a few are deleted, some have breached.
  await desk.db.pool.query('ALTER TABLE tickets DISABLE TRIGGER ALL');
  await desk.db.pool.query(
    `INSERT INTO tickets (id, title, description, status, priority, tags, client_id, assignee_id, created_by_id, created_from,
       escalation_level, created_at, updated_at, deleted_at, version, sla_tier, sla_policy_version, sla_cycle, sla_state,
       sla_started_at, sla_due_at, sla_breached_at, sla_intervals, sla_next_deadline_at)
     SELECT gen_random_uuid(), 'Ticket ' || left(md5(n::text), 10), '',
       CASE WHEN n % 20 = 0 THEN 'OPEN' WHEN n % 20 = 1 THEN 'IN_PROGRESS' WHEN n % 40 = 2 THEN 'PENDING'
            WHEN n % 40 = 3 THEN 'ESCALATED' WHEN n % 3 = 0 THEN 'RESOLVED' ELSE 'CLOSED' END,
       1 + n % 4, ARRAY[CASE WHEN n % 100 = 0 THEN 'rare' ELSE 'common' END], c.id, u.id, t.created_by_id, '', 0,
       made, made + interval '1 min' * (n % 300), CASE WHEN n % 50 = 7 THEN made END, 1, c.tier, 1, 1,
       CASE WHEN n % 20 < 2 OR n % 40 = 3 THEN 'RUNNING' WHEN n % 40 = 2 THEN 'PAUSED' ELSE 'MET' END,
       made, CASE WHEN n % 40 <> 2 THEN due END, CASE WHEN n % 11 = 0 THEN due END, '[]',
       CASE WHEN n % 20 < 2 AND n % 11 <> 0 THEN due END
       FROM tickets t, generate_series(1, 50000) n
       JOIN (SELECT id, tier, row_number() OVER (ORDER BY id) - 1 AS nth FROM clients) c ON c.nth = n % 500
       LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM users) u ON u.nth = n % 60,
       LATERAL (SELECT now() - interval '20 min' * n AS made, now() + interval '24 h' - interval '20 min' * n AS due) at`,
  );
  await desk.db.pool.query('ALTER TABLE ticket_search DISABLE TRIGGER ALL');
  await desk.db.pool.query(
    `INSERT INTO ticket_search SELECT id, lower(title || ' ' || description) FROM tickets ON CONFLICT DO NOTHING`,
  );
  await desk.db.pool.query('VACUUM ANALYZE tickets, ticket_search, clients, users');
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
});

const plansOf = (action: () => Promise<unknown>) => plansOfPool(desk.db.pool, action);

const list = (filter: TicketFilter, query: Partial<TicketListQuery> = {}) =>
  desk.queries.listTickets(desk.admin, {
    filter,
    sort: 'CREATED_AT',
    direction: 'DESC',
    first: 50,
    after: null,
    page: null,
    ...query,
  });

async function expectNoScan(action: () => Promise<unknown>): Promise<void> {
  const plans = await plansOf(action);
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on ticket|Parallel Seq Scan/);
}

describe('over 50,000 tickets no list reads the whole table', () => {
  const sorts: TicketSort[] = ['CREATED_AT', 'UPDATED_AT', 'DUE_AT', 'PRIORITY', 'NUMBER'];
  it.each(
    sorts.flatMap((sort) => [[sort, 'ASC'] as const, [sort, 'DESC'] as const]),
  )('by %s %s, on the first page and after a cursor, without sorting', async (sort, direction) => {
    const { items } = await list({}, { sort, direction });
    const after = items.at(-1)?.cursor ?? null;
    for (const query of [{}, { after }]) {
      await expectNoScan(() => list({}, { sort, direction, ...query }));
      const [plan] = await plansOf(() => list({}, { sort, direction, ...query }));
      expect(plan).not.toContain('Sort');
    }
  });

  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const filters: [string, (ids: { agent: string }) => TicketFilter][] = [
    ['a common status', () => ({ status: ['CLOSED'] })],
    ['a rare status', () => ({ status: ['PENDING'] })],
    ['several statuses', () => ({ status: ['OPEN', 'IN_PROGRESS', 'ESCALATED'] })],
    ['priority', () => ({ priority: [1] })],
    ['a client', () => ({ clientId })],
    ['an assignee', ({ agent }) => ({ assigneeId: agent })],
    ['nobody assigned', () => ({ unassigned: true })],
    ['somebody assigned', () => ({ unassigned: false })],
    ['the rare tier', () => ({ tier: 'VIP' })],
    ['the common tier', () => ({ tier: 'NORMAL' })],
    ['running clocks', () => ({ slaState: ['RUNNING'] })],
    ['paused clocks', () => ({ slaState: ['PAUSED'] })],
    ['met clocks', () => ({ slaState: ['MET'] })],
    ['breached clocks', () => ({ slaState: ['BREACHED'] })],
    ['running or breached clocks', () => ({ slaState: ['RUNNING', 'BREACHED'] })],
    ['a range of creation', () => ({ from: daysAgo(200), to: daysAgo(195) })],
    ['a common tag', () => ({ tag: 'common' })],
    ['a rare tag', () => ({ tag: 'rare' })],
    ['a word in title or description', () => ({ search: 'c4ca42' })],
    ['a name of a client', () => ({ search: 'company 77' })],
    ['a number', () => ({ search: 'TSP-4242' })],
    ['a status of a client', () => ({ clientId, status: ['OPEN'] })],
    ['a status of an assignee', ({ agent }) => ({ assigneeId: agent, status: ['OPEN'] })],
  ];
  it.each(filters)('of %s', async (_, filter) => {
    const { rows } = await desk.db.pool.query("SELECT id FROM users WHERE role = 'AGENT' LIMIT 1");
    const chosen = filter({ agent: rows[0].id });
    const { items } = await list(chosen, { first: 1 });
    await expectNoScan(() => list(chosen));
    await expectNoScan(() => list(chosen, { after: items[0]?.cursor ?? null }));
  });

  it.each([
    ['what is due next', { slaState: ['RUNNING'] as const }],
    ['what is due soon', { dueBefore: daysAgo(100), slaState: ['RUNNING'] as const }],
    ['what is open', { status: ['OPEN', 'IN_PROGRESS', 'ESCALATED'] as const }],
    ['what an agent holds', { assigneeId: '00000000-0000-4000-8000-000000000000' }],
    ['what a client has', { clientId: '00000000-0000-4000-8000-000000000000' }],
  ])('of %s, by due instant', async (_, filter) => {
    await expectNoScan(() => list(filter, { sort: 'DUE_AT', direction: 'ASC' }));
  });
});

describe('over 50,000 tickets', () => {
  it('the nearest deadlines, and those that passed, come from their index', async () => {
    await expectNoScan(() => desk.slices.next(desk.clock.now(), 500));
    await expectNoScan(() => desk.overdueUnalerted());
  });

  it('one ticket by reference, and the open tickets of clients, come from an index', async () => {
    await expectNoScan(() => desk.queries.getTicket(desk.admin, { reference: 'TSP-2000' }));
    await expectNoScan(() => desk.stores.clients.openTickets([clientId]));
  });
});

describe('a table of tickets with client and assignee', () => {
  const table = (query: Partial<TicketListQuery> = {}) =>
    desk.queries.tabulateTickets(
      desk.admin,
      { filter: {}, sort: 'CREATED_AT', direction: 'DESC', first: 50, after: null, page: null, ...query },
      ['title', 'clientName', 'assigneeName', 'dueAt'],
    );

  it.each<[string, () => Partial<TicketListQuery>]>([
    ['the newest', () => ({})],
    ['by due instant', () => ({ sort: 'DUE_AT', direction: 'ASC' })],
    ['of one client', () => ({ filter: { clientId } })],
    ['found by a word', () => ({ filter: { search: 'ticket c4ca' } })],
  ])('cuts the page from an index before it joins: %s', async (_, query) => {
    let cursor = '';
    const first = async () => {
      const { rows, cursorOf } = await table(query());
      cursor = rows[0] ? cursorOf(rows[0]) : '';
    };
    await expectNoScan(first);
    await expectNoScan(() => table({ ...query(), after: cursor }));
    const [plan = ''] = await plansOf(() => table(query()));
    // Above the joins there is nothing but the order of the page.
    expect(plan.indexOf('Join')).toBeGreaterThan(-1);
    expect(plan.indexOf('Limit')).toBeGreaterThan(plan.indexOf('Join'));
  });
});
