import { Long } from 'mongodb';
import { CLIENT_TIERS, TICKET_STATUSES } from '../../domain/enums.ts';
import { sketchIndex } from '../../domain/report/sketch.ts';
import type { LogFacts } from '../../domain/report/ticket-log.ts';
import { type CollectionPlan, oneOf, orNull } from './collections.ts';

/** One log: of a live ticket, or of an imported row. What does not apply is null, so that every document has every field. */
export interface TicketLogDocument extends Omit<LogFacts, 'agent'> {
  /** `liveLogId` or `importedLogId`: the same log is the same document, however often it is written. */
  readonly _id: string;
  /** Set for the log of a live ticket. */
  readonly ticketId: string | null;
  /** Set for an imported row: the key on which a later upload updates. */
  readonly externalId: string | null;
  readonly importId: string | null;
  readonly rowNumber: number | null;
  /** Of the import (`ImportDoc.order`): of two that name an external id the higher one stands. */
  readonly importOrder: number | null;
  readonly clientName: string;
  /** Lower-cased email or name: `LogFacts.agent`. */
  readonly agentId: string | null;
  readonly priority: number | null;
  readonly title: string | null;
  /** Of a log that counts as resolved, how long it took in ms, and that duration's bucket (`sketchIndex`). */
  readonly resolutionMs: Long | number | null;
  readonly resolutionBucket: number | null;
  /**
   * Another one with each version. Whoever replaces a version marks the report days of that very version beside its own, so
   * a write that goes by what was read before names the version it was read in.
   */
  readonly version: string;
}

export const TICKET_LOGS = 'ticket_logs';

export const TICKET_LOG_PLAN: CollectionPlan = {
  name: TICKET_LOGS,
  schema: {
    bsonType: 'object',
    required: ['clientName', 'clientType', 'status', 'createdAt', 'escalationLevel', 'breached', 'version'],
    properties: {
      _id: { bsonType: 'string' },
      ticketId: orNull('string'),
      externalId: orNull('string'),
      importId: orNull('string'),
      rowNumber: orNull('number'),
      importOrder: orNull('number'),
      clientName: { bsonType: 'string' },
      clientType: oneOf(CLIENT_TIERS),
      status: oneOf(TICKET_STATUSES),
      createdAt: { bsonType: 'date' },
      resolvedAt: orNull('date'),
      agentId: orNull('string'),
      priority: { bsonType: ['number', 'null'], minimum: 1, maximum: 4 },
      escalationLevel: { bsonType: 'number', minimum: 0 },
      escalatedAt: orNull('date'),
      breached: { bsonType: 'bool' },
      breachedAt: orNull('date'),
      title: orNull('string'),
      resolutionMs: orNull('number'),
      resolutionBucket: orNull('number'),
      version: { bsonType: 'string' },
    },
  },
  indexes: [
    { key: { createdAt: 1 } },
    { key: { clientType: 1 } },
    { key: { agentId: 1 } },
    { key: { escalationLevel: 1 } },
    // Reports recompute their days from these. Not partial: the server would not see that a range of dates is within one.
    { key: { resolvedAt: 1 } },
    { key: { escalatedAt: 1 } },
    { key: { breachedAt: 1 } },
    { key: { externalId: 1 }, unique: true, partialFilterExpression: { externalId: { $type: 'string' } } },
    { key: { ticketId: 1 }, unique: true, partialFilterExpression: { ticketId: { $type: 'string' } } },
  ],
};

/** The `_id` of a live ticket's log. */
export function liveLogId(ticketId: string): string {
  return `ticket/${ticketId}`;
}

/** The `_id` of the log that imported rows with this external id write. */
export function importedLogId(externalId: string): string {
  return `import/${externalId}`;
}

/** The fields that derive from the facts of a log. */
export function derivedFields({
  status,
  createdAt,
  resolvedAt,
}: Pick<LogFacts, 'status' | 'createdAt' | 'resolvedAt'>): Pick<
  TicketLogDocument,
  'resolutionMs' | 'resolutionBucket'
> {
  const isDone = status === 'RESOLVED' || status === 'CLOSED';
  if (!isDone || resolvedAt === null) return { resolutionMs: null, resolutionBucket: null };
  const ms = resolvedAt.getTime() - createdAt.getTime();
  // A 64-bit number: a sum of these stays exact.
  return { resolutionMs: Long.fromNumber(ms), resolutionBucket: sketchIndex(ms) };
}

/** What the reports look at in a stored log. */
export function factsOf(log: TicketLogDocument): LogFacts {
  const { clientType, status, createdAt, resolvedAt, escalationLevel, escalatedAt, breached, breachedAt } = log;
  return {
    clientType,
    status,
    createdAt,
    resolvedAt,
    agent: log.agentId,
    escalationLevel,
    escalatedAt,
    breached,
    breachedAt,
  };
}
