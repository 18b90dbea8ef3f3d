import { type Binary, type Collection, type Db, type Filter, Long } from 'mongodb';
import type { ClientTier } from '../../../domain/enums.ts';
import type { PlacedBucket, TierBucket } from '../../../domain/report/buckets.ts';
import type { Day } from '../../../domain/report/calendar.ts';
import type { BucketRun, Cover, Span } from '../../../domain/report/cover.ts';
import type { CollectionPlan } from '../collections.ts';

/** The buckets of one stretch; one document, so that whoever reads it sees one refresh. */
export interface StretchDocument {
  /** `stretchId`. */
  readonly _id: string;
  readonly span: Span;
  /** The first day of the stretch. */
  readonly start: Day;
  /**
   * The number of the refresh that wrote it: rises from one to the next, so a refresh that was stopped and goes on cannot write
   * over a later one. With the stretch it names the documents that tell of its agents.
   */
  readonly refresh: number;
  /** Tiers in which anything happened. */
  readonly tiers: readonly StoredBucket[];
}

interface StoredBucket extends Omit<TierBucket, 'resolutionMs' | 'sketch'> {
  readonly tier: ClientTier;
  readonly resolutionMs: Long | number;
  readonly sketch: Binary | Uint8Array;
}

/** What one agent resolved in one stretch, as one refresh has counted it. */
export interface AgentDocument {
  readonly _id: string;
  /** `agentsOf` the stretch as that refresh has written it: others are leftovers. */
  readonly of: string;
  readonly stretch: string;
  readonly refresh: number;
  readonly agent: string;
  readonly resolved: number;
  readonly resolutionMs: Long | number;
  readonly breached: number;
}

export const STRETCHES = 'report_buckets';
export const AGENTS = 'report_agent_buckets';

const count = { bsonType: 'number', minimum: 0 };
const text = { bsonType: 'string' };

export const STRETCH_PLAN: CollectionPlan = {
  name: STRETCHES,
  schema: {
    bsonType: 'object',
    required: ['span', 'start', 'refresh', 'tiers'],
    properties: {
      _id: text,
      span: { enum: ['DAY', 'MONTH', 'YEAR'] },
      start: text,
      refresh: count,
      tiers: {
        bsonType: 'array',
        items: {
          bsonType: 'object',
          required: ['tier', 'opened', 'openedEscalated', 'resolved', 'closed', 'resolutionMs', 'sketch', 'escalated'],
          properties: { tier: text, opened: count, resolved: count, closed: count, sketch: { bsonType: 'binData' } },
        },
      },
    },
  },
  indexes: [{ key: { span: 1, start: 1 } }],
};

export const AGENT_PLAN: CollectionPlan = {
  name: AGENTS,
  schema: {
    bsonType: 'object',
    required: ['of', 'stretch', 'refresh', 'agent', 'resolved', 'resolutionMs', 'breached'],
    properties: { of: text, stretch: text, refresh: count, agent: text, resolved: count, breached: count },
  },
  indexes: [{ key: { of: 1 } }, { key: { stretch: 1, refresh: 1 } }],
};

export function stretches(db: Db): Collection<StretchDocument> {
  return db.collection(STRETCHES, { promoteBuffers: true });
}

export function agents(db: Db): Collection<AgentDocument> {
  return db.collection(AGENTS);
}

export function stretchId(span: Span, start: Day): string {
  return `${span}/${start}`;
}

/** What names the agents of a stretch as one refresh has written it. */
export function agentsOf({ _id, refresh }: Pick<StretchDocument, '_id' | 'refresh'>): string {
  return `${_id}#${refresh}`;
}

/** The stretches of a cover; null: it has none. */
export function withinCover({ runs }: Cover): Filter<StretchDocument> | null {
  if (runs.length === 0) return null;
  return { $or: runs.map(withinRun) };
}

function withinRun({ span, from, to }: BucketRun): Filter<StretchDocument> {
  const start = { ...(from === null ? {} : { $gte: from }), ...(to === null ? {} : { $lt: to }) };
  return from === null && to === null ? { span } : { span, start };
}

/** The buckets in a stored stretch. */
export function bucketsIn({ span, start, tiers }: Pick<StretchDocument, 'span' | 'start' | 'tiers'>): PlacedBucket[] {
  return tiers.map(({ resolutionMs, sketch, ...bucket }) => ({
    ...bucket,
    span,
    start,
    resolutionMs: toBigInt(resolutionMs),
    sketch: sketch instanceof Uint8Array ? sketch : sketch.value(),
  }));
}

/** How a stretch is stored; `buckets` are all of it, and may be none. */
export function toStretch(span: Span, start: Day, refresh: number, buckets: readonly PlacedBucket[]): StretchDocument {
  const tiers = buckets.map(({ span: _, start: __, resolutionMs, sketch, ...bucket }) => ({
    ...bucket,
    resolutionMs: Long.fromBigInt(resolutionMs),
    sketch: Buffer.from(sketch),
  }));
  return { _id: stretchId(span, start), span, start, refresh, tiers };
}

/** A whole number as the driver gives it. */
export function toBigInt(value: Long | number | bigint): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(value);
}
