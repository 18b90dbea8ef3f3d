import { setTimeout as delay } from 'node:timers/promises';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { JudgedLog } from '../../../application/import/ports.ts';
import type { NewId } from '../../../application/runtime.ts';
import { daysOf } from '../../../domain/report/ticket-log.ts';
import type { MongoDatabase } from '../mongo.ts';
import { derivedFields, factsOf, importedLogId, TICKET_LOGS, type TicketLogDocument } from '../ticket-logs.ts';
import type { KeptDays } from './kept-days.ts';
import { bulkProblems } from './write-problems.ts';

/** After so many looks at logs that others keep changing, the job is better tried again later. */
const MAX_ROUNDS = 20;
/** Between two looks, times the number of looks: a majority may be about to have what stands in the way. */
const LOOK_AGAIN_MS = 5;

/** A log and the row of the import that it came from. */
export interface ImportedRow {
  readonly rowNumber: number;
  readonly log: JudgedLog;
}

/** A row that the store will not have, and what it says against it. */
export interface Refusal {
  readonly rowNumber: number;
  readonly problem: string;
}

/** The import that rows belong to. */
export interface LogSource {
  readonly importId: string;
  readonly order: number;
}

interface Step {
  readonly row: ImportedRow;
  readonly isReplacement: boolean;
  readonly operation: AnyBulkWriteOperation<TicketLogDocument>;
}

/**
 * Writes imported logs by their external id, adding or replacing; a log that a later upload has written stays. Every day that
 * an old or a new version touches is kept before it changes. Only the very version that was looked at is replaced, so a
 * writer that comes late, or beside another, undoes nothing. Again: changes nothing. Returns the rows that were refused.
 */
export async function writeLogs(
  mongo: MongoDatabase,
  { source, rows, days, newId }: { source: LogSource; rows: readonly ImportedRow[]; days: KeptDays; newId: NewId },
): Promise<Refusal[]> {
  const logs = mongo.db.collection<TicketLogDocument>(TICKET_LOGS);
  const refused: Refusal[] = [];
  let left = rows;
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new Error('The logs of these rows are being changed by others all the time.');
    if (round > 0) await delay(round * LOOK_AGAIN_MS);
    const documents = left.map((row) => ({ row, document: toDocument(source, row, newId()) }));
    const present = await versionsOf(
      logs,
      mongo,
      documents.map(({ document }) => document._id),
    );
    const steps = documents.flatMap(({ row, document }) => stepOf(row, document, present.get(document._id)) ?? []);
    await days.keep(
      documents.map(({ row: { rowNumber }, document }) => {
        const before = present.get(document._id);
        const versions = before ? [document, before] : [document];
        return { rowNumber, days: versions.flatMap((log) => daysOf(factsOf(log))) };
      }),
    );
    const outcome = await run(logs, mongo, steps);
    refused.push(...outcome.refused);
    left = outcome.again;
  }
  return refused;
}

/**
 * Only what a majority has: a log that was seen, and left as it is, must not be lost again. One that is not seen yet is in the
 * way of its addition, and then looked for once more.
 */
async function versionsOf(
  logs: Collection<TicketLogDocument>,
  { limit }: MongoDatabase,
  ids: readonly string[],
): Promise<Map<string, TicketLogDocument>> {
  const durable = { ...limit, readConcern: { level: 'majority' } } as const;
  const found = await logs.find({ _id: { $in: [...ids] } }, durable).toArray();
  return new Map(found.map((log) => [log._id, log]));
}

/** How the log comes to be as the row has it; null when it is, or when a later upload has written it. */
function stepOf(row: ImportedRow, document: TicketLogDocument, present: TicketLogDocument | undefined): Step | null {
  if (!present) return { row, isReplacement: false, operation: { insertOne: { document } } };
  if ((present.importOrder ?? 0) > (document.importOrder ?? 0) || isSame(present, document)) return null;
  const { _id, ...replacement } = document;
  const filter = { _id, version: present.version };
  return { row, isReplacement: true, operation: { replaceOne: { filter, replacement } } };
}

async function run(
  logs: Collection<TicketLogDocument>,
  { limit }: MongoDatabase,
  steps: readonly Step[],
): Promise<{ refused: Refusal[]; again: ImportedRow[] }> {
  if (steps.length === 0) return { refused: [], again: [] };
  const replacements = steps.filter((step) => step.isReplacement);
  const operations = steps.map((step) => step.operation);
  try {
    const { matchedCount } = await logs.bulkWrite(operations, { ...limit, ordered: false });
    // Which of them has met another version than it was made for, the next look tells.
    const again = matchedCount === replacements.length ? [] : replacements.map((step) => step.row);
    return { refused: [], again };
  } catch (error) {
    const { refused } = bulkProblems(error);
    // The others were written, or somebody else was first: the next look tells as well.
    return {
      refused: steps.flatMap(({ row }, index) => {
        const problem = refused.get(index);
        return problem === undefined ? [] : [{ rowNumber: row.rowNumber, problem }];
      }),
      again: steps.flatMap(({ row }, index) => (refused.has(index) ? [] : [row])),
    };
  }
}

/** Of an imported row, escalation and breach are taken to have happened when the ticket was created: the file does not say. */
function toDocument(
  { importId, order }: LogSource,
  { rowNumber, log }: ImportedRow,
  version: string,
): TicketLogDocument {
  const { externalId, agent, createdAt, breached, escalationLevel, ...rest } = log;
  return {
    _id: importedLogId(externalId),
    ticketId: null,
    externalId,
    importId,
    rowNumber,
    importOrder: order,
    ...rest,
    createdAt,
    agentId: agent,
    escalationLevel,
    escalatedAt: escalationLevel > 0 ? createdAt : null,
    breached,
    breachedAt: breached ? createdAt : null,
    ...derivedFields(log),
    version,
  };
}

function isSame(a: TicketLogDocument, b: TicketLogDocument): boolean {
  return contentOf(a) === contentOf(b);
}

function contentOf(log: TicketLogDocument): string {
  const { importId, rowNumber, importOrder, clientName, priority, title } = log;
  return JSON.stringify([importId, rowNumber, importOrder, clientName, priority, title, factsOf(log)]);
}
