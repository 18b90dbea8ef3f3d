import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { MongoClient } from 'mongodb';
import type { PlacedBucket } from '../../src/domain/report/buckets.ts';
import type { Day } from '../../src/domain/report/calendar.ts';
import { daysOf, type LiveLog, type LogFacts } from '../../src/domain/report/ticket-log.ts';
import type { Mongo } from '../../src/infrastructure/mongo/mongo.ts';
import {
  type MarkDocument,
  markDays as markInMongo,
  REPORT_MARKS,
} from '../../src/infrastructure/mongo/report-marks.ts';
import {
  type AgentDocument,
  agentsOf,
  bucketsIn,
  type StretchDocument,
  stretches,
  toBigInt,
} from '../../src/infrastructure/mongo/reports/stretches.ts';
import {
  derivedFields,
  factsOf,
  importedLogId,
  liveLogId,
  type TicketLogDocument,
} from '../../src/infrastructure/mongo/ticket-logs.ts';
import type { Database } from '../../src/infrastructure/postgres/database.ts';
import { markDays } from '../../src/infrastructure/postgres/report-buckets.ts';
import {
  reportAgentBuckets,
  reportBuckets,
  reportDirtyDays,
  ticketLogs,
} from '../../src/infrastructure/postgres/schema/reports.ts';

/** An imported log; live ones come from tickets. */
export type StoredLog = LogFacts & { readonly externalId?: string };

/** Buckets and agents as both stores have them; empty stretches are left out. */
export interface SeenBuckets {
  readonly buckets: readonly (Omit<PlacedBucket, 'sketch'> & { readonly sketch: string })[];
  readonly agents: readonly unknown[];
}

/** A look behind the stores, and what tests do there past them. */
export interface BehindReports {
  /** Stores imported logs as an import does: their days are marked. */
  storeLogs(logs: readonly StoredLog[]): Promise<void>;
  /** Takes away every log, and marks no day. */
  removeLogs(): Promise<void>;
  markDays(days: readonly Day[]): Promise<void>;
  /** The days that are marked, each once, ascending. */
  marks(): Promise<Day[]>;
  /** The logs of live tickets, by ticket. */
  liveLogs(): Promise<LiveLog[]>;
  liveLog(ticketId: string): Promise<LiveLog | undefined>;
  buckets(): Promise<SeenBuckets>;
  /** The projection is to begin anew, as when its position was lost. */
  resetPosition(): Promise<void>;
  /** Puts wrong numbers into buckets and live logs, and loses some of the agents. */
  spoil(): Promise<void>;
}

type Placed = { readonly span: string; readonly start: string; readonly tier?: string; readonly agent?: string };

function byPlace(a: Placed, b: Placed): number {
  const key = ({ span, start, tier, agent }: Placed) => [span, start, tier, agent].join(' ');
  return key(a) < key(b) ? -1 : 1;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

export function behindPostgres(db: Database): BehindReports {
  const live = sql`ticket_id IS NOT NULL`;
  const liveLogs = async (where = live): Promise<LiveLog[]> => {
    const rows = await db.sql.select().from(ticketLogs).where(where).orderBy(ticketLogs.ticketId);
    return rows.map(({ id: _, externalId: __, importId: ___, rowNumber: ____, ticketId, priority, title, ...log }) => ({
      ...log,
      ticketId: ticketId ?? '',
      priority: priority ?? 0,
      title: title ?? '',
    }));
  };
  return {
    storeLogs: (logs) =>
      db.transaction(async ({ sql: tx }) => {
        for (let start = 0; start < logs.length; start += 1_000) {
          const rows = logs.slice(start, start + 1_000).map((log) => {
            const id = randomUUID();
            return { externalId: id, ...log, id, clientName: 'Acme' };
          });
          await tx.insert(ticketLogs).values(rows);
        }
        await markDays(tx, [...new Set(logs.flatMap(daysOf))]);
      }),
    removeLogs: async () => void (await db.sql.delete(ticketLogs)),
    markDays: (days) => markDays(db.sql, days),
    async marks() {
      const rows = await db.sql.selectDistinct({ day: reportDirtyDays.day }).from(reportDirtyDays);
      return rows.map(({ day }) => day).sort();
    },
    liveLogs: () => liveLogs(),
    liveLog: async (id) => (await liveLogs(sql`ticket_id = ${id}`))[0],
    async buckets() {
      const buckets = await db.sql.select().from(reportBuckets);
      const agents = await db.sql.select().from(reportAgentBuckets);
      return {
        buckets: buckets
          .map(({ resolutionSketch, ...bucket }) => ({ ...bucket, sketch: hex(resolutionSketch) }))
          .sort(byPlace),
        agents: agents.sort(byPlace),
      };
    },
    resetPosition: async () =>
      void (await db.sql.execute(sql`UPDATE projections SET position = 0 WHERE name = 'ticket_logs'`)),
    async spoil() {
      await db.sql.execute(sql`UPDATE report_buckets SET opened = opened + 1, resolution_sketch = ''`);
      await db.sql.execute(sql`DELETE FROM report_agent_buckets WHERE span = 'MONTH'`);
      await db.sql.execute(sql`UPDATE ticket_logs SET status = 'OPEN', resolved_at = NULL WHERE ${live}`);
    },
  };
}

export function behindMongo(client: MongoClient, mongo: Mongo): BehindReports {
  const db = client.db();
  const logs = db.collection<TicketLogDocument>('ticket_logs');
  const marks = db.collection<MarkDocument>(REPORT_MARKS);
  const toLiveLog = (log: TicketLogDocument): LiveLog => ({
    ...factsOf(log),
    clientName: log.clientName,
    ticketId: log.ticketId ?? '',
    priority: log.priority ?? 0,
    title: log.title ?? '',
  });
  return {
    async storeLogs(stored) {
      for (let start = 0; start < stored.length; start += 1_000) {
        await logs.insertMany(stored.slice(start, start + 1_000).map(toDocument), { ordered: false });
      }
      await markInMongo(await mongo.forWork(), new Set(stored.flatMap(daysOf)));
    },
    removeLogs: async () => void (await logs.deleteMany({})),
    markDays: async (days) => markInMongo(await mongo.forWork(), days),
    marks: async () => [...new Set((await marks.find().toArray()).flatMap(({ days }) => days))].sort(),
    liveLogs: async () =>
      (await logs.find({ ticketId: { $ne: null } }, { sort: { ticketId: 1 } }).toArray()).map(toLiveLog),
    async liveLog(ticketId) {
      const log = await logs.findOne({ _id: liveLogId(ticketId) });
      return log ? toLiveLog(log) : undefined;
    },
    async buckets() {
      const found: StretchDocument[] = await stretches(db).find().toArray();
      const agents = new Set(found.map(agentsOf));
      const rows = await db.collection<AgentDocument>('report_agent_buckets').find().toArray();
      const inUse = rows.filter(({ of }) => agents.has(of));
      // Nothing is left over by refreshes that have ended.
      if (inUse.length !== rows.length) throw new Error(`${rows.length - inUse.length} agents belong to no stretch.`);
      return {
        buckets: found
          .flatMap(bucketsIn)
          .map(({ sketch, ...bucket }) => ({ ...bucket, sketch: hex(sketch) }))
          .sort(byPlace),
        agents: inUse
          .map(({ stretch, agent, resolved, resolutionMs, breached }) => {
            const [span = '', start = ''] = stretch.split('/');
            return { span, start, agent, resolved, resolutionMs: toBigInt(resolutionMs), breached };
          })
          .sort(byPlace),
      };
    },
    resetPosition: async () =>
      void (await db
        .collection<{ _id: string }>('projections')
        .updateOne({ _id: 'ticket_logs' }, { $set: { position: 0 } })),
    async spoil() {
      await stretches(db).updateMany(
        {},
        { $inc: { 'tiers.$[].opened': 1 }, $set: { 'tiers.$[].sketch': Buffer.of() } },
      );
      await db.collection('report_agent_buckets').deleteMany({ stretch: /^MONTH/ });
      const open = { status: 'OPEN', resolvedAt: null, resolutionMs: null, resolutionBucket: null } as const;
      await logs.updateMany({ ticketId: { $ne: null } }, { $set: open });
    },
  };
}

function toDocument({ externalId = randomUUID(), agent, ...facts }: StoredLog): TicketLogDocument {
  return {
    _id: importedLogId(externalId),
    ticketId: null,
    externalId,
    importId: null,
    rowNumber: null,
    importOrder: null,
    clientName: 'Acme',
    ...facts,
    agentId: agent,
    priority: null,
    title: null,
    ...derivedFields(facts),
    version: randomUUID(),
  };
}
