import { type AnyBulkWriteOperation, MongoServerError, type ObjectId } from 'mongodb';
import type { ReportBuckets } from '../../../application/report/ports.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import { dayBuckets, type PlacedBucket, withLongerBuckets } from '../../../domain/report/buckets.ts';
import { addMonths, type Day, yearStart } from '../../../domain/report/calendar.ts';
import type { Span } from '../../../domain/report/cover.ts';
import type { Mongo, MongoDatabase } from '../mongo.ts';
import { type MarkDocument, REPORT_MARKS } from '../report-marks.ts';
import { countDays, storeAgentsOf, storeAgentsOfDays } from './day-counts.ts';
import { nextRefresh } from './projections.ts';
import {
  type AgentDocument,
  agents,
  agentsOf,
  bucketsIn,
  type StretchDocument,
  stretches,
  stretchId,
  toStretch,
} from './stretches.ts';

const DUPLICATE_KEY = 11_000;
const MARKS_AT_ONCE = 10_000;

/** Runs `work` while no other process does the same; `check` throws when that is not so (any more). */
export type Alone = <T>(work: (check: () => Promise<void>) => Promise<T>) => Promise<T>;

/**
 * The reports' buckets in MongoDB. Marks are read first, then the logs, so that what a mark speaks of is seen; the stretches are
 * stored, each unless a later refresh has written it; then `check` tells that no later one has begun, and only then the marks
 * that were read go. A refresh that ends early in whatever way leaves its marks to the next one.
 */
export function mongoReportBuckets(mongo: Pick<Mongo, 'forWork'>, alone: Alone): ReportBuckets {
  return {
    async staleMonths() {
      const { db, limit } = await mongo.forWork();
      const months = await db.collection<MarkDocument>(REPORT_MARKS).distinct('month', {}, limit);
      return months.sort();
    },

    async refreshMonth(month) {
      await alone(async (check) => {
        const database = await mongo.forWork();
        const marks = await marksOf(database, month);
        const days = [...new Set(marks.flatMap((mark) => mark.days))].sort();
        if (days.length === 0) return;
        await refreshDays(database, month, days);
        await check();
        await removeMarks(database, marks);
      });
    },
  };
}

interface Mark extends MarkDocument {
  readonly _id: ObjectId;
}

async function marksOf({ db, limit }: MongoDatabase, month: Day): Promise<Mark[]> {
  return db.collection<MarkDocument>(REPORT_MARKS).find({ month }, limit).toArray();
}

async function removeMarks({ db, limit }: MongoDatabase, marks: readonly Mark[]): Promise<void> {
  for (let from = 0; from < marks.length; from += MARKS_AT_ONCE) {
    const ids = marks.slice(from, from + MARKS_AT_ONCE).map((mark) => mark._id);
    await db.collection<MarkDocument>(REPORT_MARKS).deleteMany({ _id: { $in: ids } }, limit);
  }
}

async function refreshDays(database: MongoDatabase, month: Day, days: readonly Day[]): Promise<void> {
  const refresh = await nextRefresh(database);
  const [{ counts, resolutions }, rest] = await Promise.all([
    countDays(database, days),
    neighbours(database, month, days),
    storeAgentsOfDays(database, days, refresh),
  ]);
  const buckets = withLongerBuckets(month, dayBuckets(counts, resolutions), rest.flatMap(bucketsIn));
  const fresh = stretchesFrom(buckets, month, days, refresh);

  const ofDays = [...fresh, ...rest].filter(({ span }) => span === 'DAY').map(agentsOf);
  await storeAgentsOf(database, stretchId('MONTH', month), ofDays, refresh);
  const ofMonths = [...fresh, ...rest].filter(({ span }) => span === 'MONTH').map(agentsOf);
  await storeAgentsOf(database, stretchId('YEAR', yearStart(month)), ofMonths, refresh);

  await storeStretches(database, fresh);
  await removeLeftovers(database, fresh, refresh);
}

/** What the days' month and year are summed up from, beside those days and that month: none of it is stale. */
async function neighbours({ db, limit }: MongoDatabase, month: Day, days: readonly Day[]): Promise<StretchDocument[]> {
  const year = yearStart(month);
  const otherDays = { span: 'DAY', start: { $gte: month, $lt: addMonths(month, 1), $nin: [...days] } } as const;
  const otherMonths = { span: 'MONTH', start: { $gte: year, $lt: addMonths(year, 12), $ne: month } } as const;
  return stretches(db)
    .find({ $or: [otherDays, otherMonths] }, limit)
    .toArray();
}

/** Every stretch that is made anew, empty ones too: whoever comes late with older numbers finds a later refresh there. */
function stretchesFrom(
  buckets: readonly PlacedBucket[],
  month: Day,
  days: readonly Day[],
  refresh: number,
): StretchDocument[] {
  const of = (span: Span, start: Day): StretchDocument =>
    toStretch(
      span,
      start,
      refresh,
      buckets.filter((bucket) => bucket.span === span && bucket.start === start),
    );
  return [...days.map((day) => of('DAY', day)), of('MONTH', month), of('YEAR', yearStart(month))];
}

/** Throws when a later refresh has written any of them. */
async function storeStretches({ db, limit }: MongoDatabase, fresh: readonly StretchDocument[]): Promise<void> {
  const operations = fresh.map(
    ({ _id, ...stretch }): AnyBulkWriteOperation<StretchDocument> => ({
      // One that is later does not match, and its key is in the way of the addition.
      updateOne: { filter: { _id, refresh: { $lt: stretch.refresh } }, update: { $set: stretch }, upsert: true },
    }),
  );
  try {
    await stretches(db).bulkWrite(operations, { ...limit, ordered: false });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    throw new DomainError('UNAVAILABLE', 'The reports are being brought up to date. Try again in a second.', {
      retryAfterSeconds: 1,
    });
  }
}

/** Agents as earlier refreshes of these stretches have counted them. */
async function removeLeftovers(
  { db, limit }: MongoDatabase,
  fresh: readonly StretchDocument[],
  refresh: number,
): Promise<void> {
  const operations = fresh.map(
    ({ _id }): AnyBulkWriteOperation<AgentDocument> => ({
      deleteMany: { filter: { stretch: _id, refresh: { $lt: refresh } } },
    }),
  );
  await agents(db).bulkWrite(operations, { ...limit, ordered: false });
}
