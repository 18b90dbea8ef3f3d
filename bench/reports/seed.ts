import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type pg from 'pg';
import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import { daysOf, type LogFacts } from '../../src/domain/report/ticket-log.ts';
import { markDays } from '../../src/infrastructure/mongo/report-marks.ts';
import {
  derivedFields,
  importedLogId,
  TICKET_LOGS,
  type TicketLogDocument,
} from '../../src/infrastructure/mongo/ticket-logs.ts';

const DAYS = 540;
const AGENTS = 200;
const BATCH = 5_000;

/** Imported logs of the last year and a half, spread evenly, of two tiers and 200 agents; the same for the same `end`. */
export async function seedLogs(client: pg.Client, count: number, end: Date): Promise<void> {
  await client.query(INSERT_LOGS, [count, end, DAYS, AGENTS, randomUUID()]);
  await client.query(`
    INSERT INTO report_dirty_days (day)
    SELECT DISTINCT (instant AT TIME ZONE 'UTC')::date
      FROM ticket_logs CROSS JOIN LATERAL unnest(ARRAY[created_at, resolved_at, escalated_at, breached_at]) AS instant
     WHERE instant IS NOT NULL`);
  await client.query('VACUUM (ANALYZE) ticket_logs');
  await client.query('CHECKPOINT');
}

/** The very same logs in MongoDB, whose collections a server has made. */
export async function copyLogs(from: pg.Client, uri: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    const db = client.db();
    const days = new Set<string>();
    for (let after = 0; ; after += BATCH) {
      const { rows } = await from.query<StoredLog>(READ_LOGS, [after, after + BATCH]);
      if (rows.length === 0) break;
      for (const day of rows.flatMap(daysOf)) days.add(day);
      await db.collection<TicketLogDocument>(TICKET_LOGS).insertMany(rows.map(toDocument), { ordered: false });
    }
    await markDays({ db, limit: { maxTimeMS: 600_000 } }, days);
  } finally {
    await client.close();
  }
}

interface StoredLog extends LogFacts {
  readonly externalId: string;
  readonly importId: string;
  readonly rowNumber: number;
  readonly clientName: string;
  readonly clientType: ClientTier;
  readonly status: TicketStatus;
  readonly priority: number;
  readonly title: string;
}

function toDocument({ agent, ...log }: StoredLog): TicketLogDocument {
  const { externalId } = log;
  return {
    ...log,
    _id: importedLogId(externalId),
    ticketId: null,
    importOrder: 1,
    agentId: agent,
    ...derivedFields(log),
    version: externalId,
  };
}

const READ_LOGS = `
  SELECT external_id AS "externalId", import_id AS "importId", row_number AS "rowNumber", client_name AS "clientName",
         client_type AS "clientType", status, created_at AS "createdAt", resolved_at AS "resolvedAt", agent, priority,
         escalation_level AS "escalationLevel", escalated_at AS "escalatedAt", breached, breached_at AS "breachedAt", title
    FROM ticket_logs WHERE row_number > $1 AND row_number <= $2`;

/** A number from 0 to 1 that row `i` draws for the `n`-th time. */
const drawn = (n: number) => `(hashint4extended(i, ${n}) & 2147483647) / 2147483648.0`;

const INSERT_LOGS = `
  INSERT INTO ticket_logs (id, import_id, row_number, external_id, client_name, client_type, status, created_at, resolved_at, agent,
                           priority, escalation_level, escalated_at, breached, breached_at, title)
  SELECT uuidv7(), $5::uuid, i, 'T-' || i, 'Client ' || i % 997 || ' Ltd', tier, status, created_at,
         CASE WHEN status IN ('RESOLVED', 'CLOSED') THEN resolved_at END,
         CASE WHEN i % 20 > 0 THEN 'agent' || floor($4::int * ${drawn(1)} * ${drawn(1)}) || '@desk.example' END,
         1 + i % 4, level, CASE WHEN level > 0 THEN created_at END, breached, CASE WHEN breached THEN created_at END,
         'Printer ' || i || ' is out of paper'
    FROM generate_series(1, $1::int) AS i
   CROSS JOIN LATERAL (
     SELECT date_trunc('milliseconds', $2::timestamptz - make_interval(secs => 86400.0 * $3::int * ${drawn(2)})) AS created_at,
            floor(-ln(1 - ${drawn(3)}) * 14400000) * interval '1 millisecond' AS taken,
            CASE WHEN ${drawn(4)} < 0.2 THEN 'VIP' ELSE 'NORMAL' END AS tier,
            CASE WHEN ${drawn(5)} < 0.15 THEN 1 + i % 3 ELSE 0 END AS level,
            ${drawn(6)} AS fate) AS one
   CROSS JOIN LATERAL (
     SELECT created_at + taken AS resolved_at,
            CASE WHEN fate < 0.1 OR created_at + taken > $2::timestamptz THEN 'OPEN' WHEN fate < 0.3 THEN 'RESOLVED' ELSE 'CLOSED' END AS status,
            taken > CASE tier WHEN 'VIP' THEN interval '2 hours' ELSE interval '1 day' END AS breached) AS two`;
