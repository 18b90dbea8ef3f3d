import { type AnyBulkWriteOperation, type Collection, type Document, MongoBulkWriteError } from 'mongodb';
import type { LiveLogStore } from '../../../application/report/ports.ts';
import type { NewId } from '../../../application/runtime.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import type { Day } from '../../../domain/report/calendar.ts';
import type { LiveLog, LogChanges } from '../../../domain/report/ticket-log.ts';
import type { Mongo, MongoDatabase } from '../mongo.ts';
import { markDays } from '../report-marks.ts';
import { derivedFields, factsOf, liveLogId, TICKET_LOGS, type TicketLogDocument } from '../ticket-logs.ts';
import { PROJECTIONS, type ProjectionDocument } from './projections.ts';
import { AGENTS, STRETCHES, type StretchDocument, stretches } from './stretches.ts';

const LIVE_LOGS = 'ticket_logs';
const DUPLICATE_KEY = 11_000;

/** How far the logs of live tickets in MongoDB have followed the event log. */
export async function livePosition(mongo: Pick<Mongo, 'forWork'>): Promise<number> {
  return (await placeIn(await mongo.forWork()))?.position ?? 0;
}

/**
 * The logs of live tickets in MongoDB, for one process that has them to itself. Before logs change, the days that they touch
 * are kept beside the position, and go from there once they are marked: whoever comes after a process that broke off marks
 * them. A log changes only in the version in which it was read, so that a process that lost its turn, as one that was stopped,
 * writes over nothing that others have written since.
 */
export function mongoLiveLogs(mongo: Pick<Mongo, 'forWork'>, newId: NewId): LiveLogStore {
  /** How often logs had been forgotten when the position was read. */
  let forgotten = 0;
  let leftDays: readonly Day[] = [];
  const versions = new Map<string, string>();

  return {
    async position() {
      const place = await placeIn(await mongo.forWork());
      forgotten = place?.forgotten ?? 0;
      leftDays = place?.days ?? [];
      return place?.position ?? 0;
    },

    async logsOf(ticketIds) {
      const database = await mongo.forWork();
      const ids = ticketIds.map(liveLogId);
      const found = await logsIn(database)
        .find({ _id: { $in: ids } }, database.limit)
        .toArray();
      for (const { _id, version } of found) versions.set(_id, version);
      return found.flatMap(toLiveLog);
    },

    async apply(changes) {
      const database = await mongo.forWork();
      const days = [...new Set([...leftDays, ...changes.touched])];
      const writes = writesOf(changes, versions, newId);
      if (writes.length === 0 && days.length === 0) return;
      await keepDays(database, days);
      if (writes.length > 0) await write(database, writes, changes.removed.length);
      await markDays(database, days);
      await database.db
        .collection<ProjectionDocument>(PROJECTIONS)
        .updateOne({ _id: LIVE_LOGS }, { $pullAll: { days } }, database.limit);
      leftDays = [];
    },

    async savePosition(position) {
      const { db, limit } = await mongo.forWork();
      // Logs that were forgotten since are to be found again from the beginning.
      const filter = { _id: LIVE_LOGS, forgotten: forgotten === 0 ? { $in: [0, null] } : forgotten };
      await db
        .collection<ProjectionDocument>(PROJECTIONS)
        .updateOne(filter as Document, { $max: { position } }, { ...limit, upsert: forgotten === 0 });
    },

    async forget() {
      const database = await mongo.forWork();
      const { db, limit } = database;
      await db
        .collection<ProjectionDocument>(PROJECTIONS)
        .updateOne({ _id: LIVE_LOGS }, { $inc: { forgotten: 1 }, $set: { position: 0 } }, { ...limit, upsert: true });
      // Marks before anything goes: also of days that only the buckets still speak of.
      await markDays(database, await daysOfAll(database));
      await logsIn(database).deleteMany({ ticketId: { $type: 'string' } }, limit);
      await db.collection(STRETCHES).deleteMany({}, limit);
      await db.collection(AGENTS).deleteMany({}, limit);
    },
  };
}

function logsIn({ db }: MongoDatabase): Collection<TicketLogDocument> {
  return db.collection(TICKET_LOGS);
}

function placeIn({ db, limit }: MongoDatabase): Promise<ProjectionDocument | null> {
  return db.collection<ProjectionDocument>(PROJECTIONS).findOne({ _id: LIVE_LOGS }, limit);
}

async function keepDays({ db, limit }: MongoDatabase, days: readonly Day[]): Promise<void> {
  await db
    .collection<ProjectionDocument>(PROJECTIONS)
    .updateOne({ _id: LIVE_LOGS }, { $addToSet: { days: { $each: [...days] } } }, { ...limit, upsert: true });
}

type Write = AnyBulkWriteOperation<TicketLogDocument>;

function writesOf({ saved, removed }: LogChanges, versions: ReadonlyMap<string, string>, newId: NewId): Write[] {
  const stored = saved.map((log): Write => {
    const document = toDocument(log, newId());
    const version = versions.get(document._id);
    if (version === undefined) return { insertOne: { document } };
    const { _id, ...replacement } = document;
    // Another version does not match, and is in the way of the addition.
    return { replaceOne: { filter: { _id, version }, replacement, upsert: true } };
  });
  const gone = removed.map((ticketId): Write => {
    const _id = liveLogId(ticketId);
    return { deleteOne: { filter: { _id, version: versions.get(_id) ?? '' } } };
  });
  return [...stored, ...gone];
}

/** Throws when another process has written any of these logs since they were read. */
async function write(database: MongoDatabase, writes: readonly Write[], removals: number): Promise<void> {
  try {
    const { deletedCount } = await logsIn(database).bulkWrite([...writes], { ...database.limit, ordered: false });
    if (deletedCount === removals) return;
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || error.code !== DUPLICATE_KEY) throw error;
  }
  throw new DomainError('UNAVAILABLE', 'Another process is bringing the reports up to date. Try again in a second.', {
    retryAfterSeconds: 1,
  });
}

function toDocument(log: LiveLog, version: string): TicketLogDocument {
  const { agent, ...facts } = log;
  return {
    _id: liveLogId(log.ticketId),
    externalId: null,
    importId: null,
    rowNumber: null,
    importOrder: null,
    ...facts,
    agentId: agent,
    ...derivedFields(log),
    version,
  };
}

function toLiveLog(log: TicketLogDocument): LiveLog[] {
  const { ticketId, clientName, priority, title } = log;
  if (ticketId === null || priority === null || title === null) return [];
  return [{ ...factsOf(log), ticketId, clientName, priority, title }];
}

/** Every day that a log or a bucket speaks of. */
async function daysOfAll({ db, limit }: MongoDatabase): Promise<Set<Day>> {
  const days = new Set<Day>();
  for (const instant of ['createdAt', 'resolvedAt', 'escalatedAt', 'breachedAt']) {
    const found = await db
      .collection(TICKET_LOGS)
      .aggregate<{ _id: Day }>(
        [
          { $match: { [instant]: { $ne: null } } },
          { $group: { _id: { $dateToString: { date: `$${instant}`, format: '%Y-%m-%d' } } } },
        ],
        limit,
      )
      .toArray();
    for (const { _id } of found) days.add(_id);
  }
  const starts = { ...limit, projection: { start: 1 } };
  const ofBuckets = await stretches(db).find<Pick<StretchDocument, 'start'>>({ span: 'DAY' }, starts).toArray();
  for (const { start } of ofBuckets) days.add(start);
  return days;
}
