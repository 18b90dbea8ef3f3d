import type { Document } from 'mongodb';
import type { ClientTier } from '../../../domain/enums.ts';
import type { DayCounts, DayResolutions } from '../../../domain/report/buckets.ts';
import type { Day } from '../../../domain/report/calendar.ts';
import { type Edge, stretchesOf } from '../../../domain/report/cover.ts';
import type { MongoDatabase } from '../mongo.ts';
import { TICKET_LOGS } from '../ticket-logs.ts';
import { AGENTS, stretchId, toBigInt } from './stretches.ts';

type Instant = 'createdAt' | 'resolvedAt' | 'escalatedAt' | 'breachedAt';

/** What happened on some days, ascending, counted in the logs by index. */
export async function countDays(
  database: MongoDatabase,
  days: readonly Day[],
): Promise<{ readonly counts: DayCounts[]; readonly resolutions: DayResolutions[] }> {
  const stretches = stretchesOf(days);
  const [opened, escalated, breached, resolutions] = await Promise.all([
    countsOf(database, stretches, 'createdAt', {
      opened: { $sum: 1 },
      openedEscalated: { $sum: { $cond: [{ $gt: ['$escalationLevel', 0] }, 1, 0] } },
    }),
    countsOf(database, stretches, 'escalatedAt', { escalated: { $sum: 1 } }),
    countsOf(database, stretches, 'breachedAt', { breached: { $sum: 1 } }),
    resolutionsOf(database, stretches),
  ]);
  return { counts: [...opened, ...escalated, ...breached], resolutions };
}

async function countsOf(
  { db, limit }: MongoDatabase,
  stretches: readonly Edge[],
  instant: Instant,
  sums: Document,
): Promise<DayCounts[]> {
  type Row = { _id: { day: Day; tier: ClientTier } } & Partial<Omit<DayCounts, 'day' | 'tier'>>;
  const pipeline = [
    within(instant, stretches),
    { $group: { _id: { day: dayOf(instant), tier: '$clientType' }, ...sums } },
  ];
  const rows = await db.collection(TICKET_LOGS).aggregate<Row>(pipeline, limit).toArray();
  return rows.map(({ _id, ...counted }) => ({ ...NOTHING, ..._id, ...counted }));
}

const NOTHING = { opened: 0, openedEscalated: 0, escalated: 0, breached: 0 };

async function resolutionsOf({ db, limit }: MongoDatabase, stretches: readonly Edge[]): Promise<DayResolutions[]> {
  type Row = {
    _id: Pick<DayResolutions, 'day' | 'tier' | 'status'>;
    durations: { bucket: number; count: number }[];
    ms: number;
  };
  const pipeline = [
    within('resolvedAt', stretches),
    { $match: { resolutionMs: { $ne: null } } },
    {
      $group: {
        _id: { day: dayOf('resolvedAt'), tier: '$clientType', status: '$status', bucket: '$resolutionBucket' },
        count: { $sum: 1 },
        ms: { $sum: '$resolutionMs' },
      },
    },
    {
      $group: {
        _id: { day: '$_id.day', tier: '$_id.tier', status: '$_id.status' },
        durations: { $push: { bucket: '$_id.bucket', count: '$count' } },
        ms: { $sum: '$ms' },
      },
    },
  ];
  const rows = await db.collection(TICKET_LOGS).aggregate<Row>(pipeline, limit).toArray();
  return rows.map(({ _id, durations, ms }) => ({
    ..._id,
    durations: durations.map(({ bucket, count }) => [bucket, count] as const),
    ms: toBigInt(ms),
  }));
}

/** Stores what each agent resolved on some days, as counted by one refresh; nobody sees it until that is in the stretches. */
export async function storeAgentsOfDays(
  { db, limit }: MongoDatabase,
  days: readonly Day[],
  refresh: number,
): Promise<void> {
  const pipeline = [
    within('resolvedAt', stretchesOf(days)),
    { $match: { resolutionMs: { $ne: null }, agentId: { $ne: null } } },
    {
      $group: {
        _id: { stretch: { $concat: [stretchId('DAY', ''), dayOf('resolvedAt')] }, agent: '$agentId' },
        resolved: { $sum: 1 },
        resolutionMs: { $sum: '$resolutionMs' },
        breached: { $sum: { $cond: ['$breached', 1, 0] } },
      },
    },
    ...storedAs(refresh, '$_id.stretch', '$_id.agent'),
  ];
  await db
    .collection(TICKET_LOGS)
    .aggregate(pipeline, { ...limit, allowDiskUse: true })
    .toArray();
}

/** Stores what each agent resolved in one stretch, from the agents of the shorter ones that it is made of. */
export async function storeAgentsOf(
  { db, limit }: MongoDatabase,
  stretch: string,
  parts: readonly string[],
  refresh: number,
): Promise<void> {
  const pipeline = [
    { $match: { of: { $in: [...parts] } } },
    {
      $group: {
        _id: '$agent',
        resolved: { $sum: '$resolved' },
        resolutionMs: { $sum: '$resolutionMs' },
        breached: { $sum: '$breached' },
      },
    },
    ...storedAs(refresh, stretch, '$_id'),
  ];
  await db
    .collection(AGENTS)
    .aggregate(pipeline, { ...limit, allowDiskUse: true })
    .toArray();
}

/** From sums of agents to the documents that keep them. */
function storedAs(refresh: number, stretch: string, agent: string): Document[] {
  const of = { $concat: [stretch, `#${refresh}`] };
  return [
    {
      $project: {
        _id: { $concat: [of, '/', agent] },
        of,
        stretch: { $concat: [stretch] },
        refresh: { $literal: refresh },
        agent,
        resolved: 1,
        resolutionMs: 1,
        breached: 1,
      },
    },
    { $merge: { into: AGENTS, on: '_id', whenMatched: 'replace', whenNotMatched: 'insert' } },
  ];
}

function within(instant: Instant, stretches: readonly Edge[]): Document {
  const ranges = stretches.map(({ from, to }) => ({ [instant]: { $gte: from, $lt: to } }));
  const [only] = ranges;
  return { $match: only && ranges.length === 1 ? only : { $or: ranges } };
}

function dayOf(instant: Instant): Document {
  return { $dateToString: { date: `$${instant}`, format: '%Y-%m-%d' } };
}
