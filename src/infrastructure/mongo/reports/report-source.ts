import type { Document } from 'mongodb';
import type { ReportSource } from '../../../application/report/ports.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import { CLIENT_TIERS, type ClientTier } from '../../../domain/enums.ts';
import type { PlacedBucket } from '../../../domain/report/buckets.ts';
import { type Day, dayOf, monthStart, startOfDay, weekStart } from '../../../domain/report/calendar.ts';
import { type Cover, cover, type Edge } from '../../../domain/report/cover.ts';
import type { AgentTotals, MonthTotals, WeekTotals } from '../../../domain/report/reports.ts';
import { sketchOf } from '../../../domain/report/sketch.ts';
import type { Mongo, MongoDatabase } from '../mongo.ts';
import { TICKET_LOGS } from '../ticket-logs.ts';
import { agents, agentsOf, bucketsIn, type StretchDocument, stretches, toBigInt, withinCover } from './stretches.ts';

/** Refreshes that may come between a look at the stretches and one at their agents before the caller is told to come again. */
const MAX_LOOKS = 20;

/** The reports' reading side in MongoDB. */
export function mongoReportSource(mongo: Pick<Mongo, 'forRequests'>): ReportSource {
  return {
    async resolutionTotals(covered) {
      const database = await mongo.forRequests();
      const [buckets, edges] = await Promise.all([
        bucketsWithin(database, covered),
        edgesOf<{ _id: { tier: ClientTier; bucket: number }; tickets: number; ms: number }>(
          database,
          covered,
          'resolvedAt',
          [
            { $match: { resolutionMs: { $ne: null } } },
            {
              $group: {
                _id: { tier: '$clientType', bucket: '$resolutionBucket' },
                tickets: { $sum: 1 },
                ms: { $sum: '$resolutionMs' },
              },
            },
          ],
        ),
      ]);
      const whole = buckets.flatMap(({ tier, resolved, closed, resolutionMs, sketch }) =>
        resolved + closed > 0 ? [{ tier, tickets: resolved + closed, totalMs: resolutionMs, sketch }] : [],
      );
      const ofEdges = CLIENT_TIERS.map((tier) => {
        const parts = edges.flatMap(({ rows }) => rows.filter((row) => row._id.tier === tier));
        return {
          tier,
          tickets: parts.reduce((sum, part) => sum + part.tickets, 0),
          totalMs: parts.reduce((sum, part) => sum + toBigInt(part.ms), 0n),
          sketch: sketchOf(parts.map((part) => [part._id.bucket, part.tickets])),
        };
      });
      return [...whole, ...ofEdges];
    },

    async monthTotals(covered) {
      const database = await mongo.forRequests();
      const [buckets, edges] = await Promise.all([
        countsWithin(database, covered),
        edgesOf<{ _id: ClientTier; opened: number; escalated: number }>(database, covered, 'createdAt', [
          {
            $group: {
              _id: '$clientType',
              opened: { $sum: 1 },
              escalated: { $sum: { $cond: [{ $gt: ['$escalationLevel', 0] }, 1, 0] } },
            },
          },
        ]),
      ]);
      const totals = new MonthSums();
      for (const { start, tier, opened, openedEscalated } of buckets) {
        if (opened > 0) totals.add(monthStart(start), tier, opened, openedEscalated);
      }
      for (const { edge, rows } of edges) {
        for (const row of rows) totals.add(monthStart(dayOf(edge.from)), row._id, row.opened, row.escalated);
      }
      return totals.all();
    },

    async firstMonth() {
      const { db, limit } = await mongo.forRequests();
      const opened = { span: 'MONTH', 'tiers.opened': { $gt: 0 } } as const;
      const first = await stretches(db).findOne(opened, { ...limit, sort: { start: 1 }, projection: { start: 1 } });
      return first?.start ?? null;
    },

    async topAgents(covered, limit) {
      const database = await mongo.forRequests();
      for (let look = 0; look < MAX_LOOKS; look += 1) {
        const before = await sourcesOf(database, covered);
        const rows = await agentTotals(database, covered, before, limit);
        // A refresh in between has put the agents of other documents in the place of these.
        const after = await sourcesOf(database, covered);
        if (before.join() === after.join()) return rows;
      }
      throw new DomainError('UNAVAILABLE', 'The reports are being brought up to date. Try again in a second.', {
        retryAfterSeconds: 1,
      });
    },

    async weekTotals(firstMonday, endMonday) {
      const database = await mongo.forRequests();
      const run = { span: 'DAY', from: firstMonday, to: endMonday } as const;
      const [earlier, days] = await Promise.all([
        countsWithin(database, cover({ from: null, to: startOfDay(firstMonday) })),
        countsWithin(database, { runs: [run], edges: [] }),
      ]);
      const openBefore = earlier.reduce((sum, part) => sum + part.opened - part.resolved - part.closed, 0);
      return { openBefore, weeks: weeksOf(days) };
    },
  };
}

async function bucketsWithin({ db, limit }: MongoDatabase, covered: Cover): Promise<PlacedBucket[]> {
  const within = withinCover(covered);
  if (!within) return [];
  return (await stretches(db).find(within, limit).toArray()).flatMap(bucketsIn);
}

/** What is counted in a bucket, without the durations. */
type Counts = Omit<PlacedBucket, 'span' | 'resolutionMs' | 'sketch'>;

async function countsWithin({ db, limit }: MongoDatabase, covered: Cover): Promise<Counts[]> {
  const within = withinCover(covered);
  if (!within) return [];
  const projection = { 'tiers.sketch': 0, 'tiers.resolutionMs': 0 };
  const found = await stretches(db)
    .find<{ start: Day; tiers: Omit<Counts, 'start'>[] }>(within, { ...limit, projection })
    .toArray();
  return found.flatMap(({ start, tiers }) => tiers.map((counts) => ({ start, ...counts })));
}

/** What a pipeline makes of the logs of each edge, found by one of their instants. */
async function edgesOf<T extends Document>(
  { db, limit }: MongoDatabase,
  { edges }: Cover,
  instant: 'createdAt' | 'resolvedAt',
  pipeline: readonly Document[],
): Promise<{ readonly edge: Edge; readonly rows: readonly T[] }[]> {
  return Promise.all(
    edges.map(async (edge) => {
      const within = { $match: { [instant]: { $gte: edge.from, $lt: edge.to } } };
      const rows = await db
        .collection(TICKET_LOGS)
        .aggregate<T>([within, ...pipeline], limit)
        .toArray();
      return { edge, rows };
    }),
  );
}

/** What names the agents of the stretches that have any, in the order of the stretches. */
async function sourcesOf({ db, limit }: MongoDatabase, covered: Cover): Promise<string[]> {
  const within = withinCover(covered);
  if (!within) return [];
  const found = await stretches(db)
    .find<Pick<StretchDocument, '_id' | 'refresh' | 'tiers'>>(within, {
      ...limit,
      projection: { refresh: 1, 'tiers.resolved': 1, 'tiers.closed': 1 },
      sort: { _id: 1 },
    })
    .toArray();
  return found.filter(({ tiers }) => tiers.some(({ resolved, closed }) => resolved + closed > 0)).map(agentsOf);
}

async function agentTotals(
  { db, limit }: MongoDatabase,
  { edges }: Cover,
  sources: readonly string[],
  first: number,
): Promise<AgentTotals[]> {
  const ofEdge = ({ from, to }: Edge): Document => ({
    $unionWith: {
      coll: TICKET_LOGS,
      pipeline: [
        { $match: { resolvedAt: { $gte: from, $lt: to }, resolutionMs: { $ne: null }, agentId: { $ne: null } } },
        {
          $group: {
            _id: '$agentId',
            resolved: { $sum: 1 },
            resolutionMs: { $sum: '$resolutionMs' },
            breached: { $sum: { $cond: ['$breached', 1, 0] } },
          },
        },
        { $project: { _id: 0, agent: '$_id', resolved: 1, resolutionMs: 1, breached: 1 } },
      ],
    },
  });
  const pipeline = [
    { $match: { of: { $in: [...sources] } } },
    { $project: { _id: 0, agent: 1, resolved: 1, resolutionMs: 1, breached: 1 } },
    ...edges.map(ofEdge),
    {
      $group: {
        _id: '$agent',
        resolved: { $sum: '$resolved' },
        ms: { $sum: '$resolutionMs' },
        breached: { $sum: '$breached' },
      },
    },
    // By bytes of UTF-8, which is by code points.
    { $sort: { resolved: -1, _id: 1 } },
    { $limit: first },
  ];
  type Row = { _id: string; resolved: number; ms: number; breached: number };
  const rows = await agents(db)
    .aggregate<Row>(pipeline, { ...limit, allowDiskUse: true })
    .toArray();
  return rows.map(({ _id, ms, resolved, breached }) => ({ agent: _id, resolved, breached, totalMs: toBigInt(ms) }));
}

/** Sums of months and tiers. */
class MonthSums {
  readonly #totals = new Map<string, MonthTotals>();

  add(month: Day, tier: ClientTier, opened: number, escalated: number): void {
    const key = `${month} ${tier}`;
    const sum = this.#totals.get(key) ?? { month, tier, opened: 0, escalated: 0 };
    this.#totals.set(key, { ...sum, opened: sum.opened + opened, escalated: sum.escalated + escalated });
  }

  all(): MonthTotals[] {
    return [...this.#totals.values()];
  }
}

function weeksOf(days: readonly Counts[]): WeekTotals[] {
  const weeks = new Map<Day, WeekTotals>();
  for (const { start, opened, resolved, closed, escalated, breached } of days) {
    const monday = weekStart(start);
    const sum = weeks.get(monday) ?? { monday, opened: 0, resolved: 0, closed: 0, escalated: 0, breached: 0 };
    weeks.set(monday, {
      monday,
      opened: sum.opened + opened,
      resolved: sum.resolved + resolved,
      closed: sum.closed + closed,
      escalated: sum.escalated + escalated,
      breached: sum.breached + breached,
    });
  }
  return [...weeks.values()];
}
