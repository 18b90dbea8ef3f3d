import type pg from 'pg';
import type { Stage } from './benchmark.ts';
import { one } from './postgres.ts';
import { insertTickets, type TicketSeries } from './seed-tickets.ts';
import type { BenchServer } from './server.ts';

const DAY_MS = 86_400_000;
/** A year less the age of the oldest ticket: nothing seeded is at risk or due while a benchmark runs. */
export const RESOLUTION_MINUTES = 365 * 24 * 60;
const OLDEST_DAYS = 60;
const AGENTS = 50;
const CLIENTS = 1_000;
const SLICE = 50_000;

export interface DeskSize {
  /** How many tickets, all with a running clock. */
  readonly tickets: number;
}

/**
 * Fills a database that a server has just made: agents, clients (one in ten VIP) and tickets of the last 60 days, open or in
 * progress, with the events and the logs for the reports that the product would have written for them. Nothing of the schema is
 * touched; tables are vacuumed and analysed at the end, as autovacuum would have done by then.
 */
export async function seedDesk(
  stage: Stage,
  client: pg.Client,
  server: BenchServer,
  { tickets }: DeskSize,
): Promise<void> {
  for (const tier of ['VIP', 'NORMAL']) {
    await server.admin.run('mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }', {
      input: {
        tier,
        resolutionMinutes: RESOLUTION_MINUTES,
        breachAction: tier === 'VIP' ? 'ESCALATE' : 'NOTIFY_SUPERVISOR',
      },
    });
  }
  await server.process.stop();
  await client.query('SET synchronous_commit = off');
  await client.query("SET gin_pending_list_limit = '64MB'");
  await insertPeople(client);
  const now = Date.now();
  const oldest = now - OLDEST_DAYS * DAY_MS;
  const series: TicketSeries = {
    firstCreatedAt: oldest,
    gapMs: (now - oldest) / tickets,
    warned: false,
    tiers: ['VIP', 'NORMAL'],
  };
  for (let from = 0; from < tickets; from += SLICE) {
    await insertTickets(client, series, from, Math.min(from + SLICE, tickets));
    if (tickets > SLICE) stage.say(`${Math.min(from + SLICE, tickets).toLocaleString('en-US')} tickets`);
  }
  await projectAll(client);
  await client.query('RESET ALL');
  await client.query('VACUUM (ANALYZE)');
  await client.query('CHECKPOINT');
}

async function insertPeople(client: pg.Client): Promise<void> {
  await client.query(
    `INSERT INTO users (id, email, name, role, password_hash, created_at)
     SELECT uuidv7(), 'agent' || i || '@desk.example', 'Agent ' || i, 'AGENT', password_hash, now()
       FROM generate_series(1, $1::int) AS i, (SELECT password_hash FROM users LIMIT 1) AS admin`,
    [AGENTS],
  );
  await client.query(
    `INSERT INTO clients (id, name, tier, created_at)
     SELECT uuidv7(), 'Client ' || i || ' Ltd', CASE WHEN i % 10 = 0 THEN 'VIP' ELSE 'NORMAL' END, now()
       FROM generate_series(1, $1::int) AS i`,
    [CLIENTS],
  );
}

/** What the projection would make of the tickets, in one go; the server then brings the buckets of the reports up to date. */
async function projectAll(client: pg.Client): Promise<void> {
  await client.query(`
    INSERT INTO ticket_logs (id, ticket_id, client_name, client_type, status, created_at, agent, priority, escalation_level, breached, title)
    SELECT uuidv7(), t.id, c.name, t.sla_tier, t.status, t.created_at, u.email, t.priority, 0, false, t.title
      FROM tickets t JOIN clients c ON c.id = t.client_id LEFT JOIN users u ON u.id = t.assignee_id
     ORDER BY t.created_at`);
  await client.query(`
    INSERT INTO report_dirty_days (day) SELECT DISTINCT (created_at AT TIME ZONE 'UTC')::date FROM ticket_logs`);
  const { head } = await one<{ head: string }>(client, 'SELECT coalesce(max(position), 0) AS head FROM event_log');
  await client.query(
    `INSERT INTO projections (name, position) VALUES ('ticket_logs', $1)
     ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
    [head],
  );
}
