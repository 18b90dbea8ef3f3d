import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { MovedLog } from '../../../application/move/imported-logs.ts';
import type { RecordKeeper } from '../../../application/move/ports.ts';
import type { NewId } from '../../../application/runtime.ts';
import { type ImportDoc, importCollections } from '../imports/documents.ts';
import type { Mongo, MongoDatabase } from '../mongo.ts';
import { derivedFields, factsOf, importedLogId, TICKET_LOGS, type TicketLogDocument } from '../ticket-logs.ts';

const IMPORTED = { externalId: { $type: 'string' } } as const;

/** The logs of imported rows in MongoDB, for a move to or from another store. It marks no days: who moves makes the reports anew. */
export function mongoMovedLogs(mongo: Pick<Mongo, 'forWork'>, newId: NewId): RecordKeeper<MovedLog> {
  return {
    async readPage(after, limit) {
      const database = await mongo.forWork();
      const found = await logsIn(database)
        .find(after ? { externalId: { $type: 'string', $gt: after } } : IMPORTED, {
          ...database.limit,
          sort: { externalId: 1 },
          limit,
        })
        .toArray();
      return found.flatMap((log) => {
        const { externalId, importId, rowNumber, clientName, priority, title } = log;
        if (externalId === null) return [];
        const record = { ...factsOf(log), externalId, importId, rowNumber, clientName, priority, title };
        return [{ key: externalId, record }];
      });
    },

    async write(records) {
      const database = await mongo.forWork();
      const orders = await ordersOf(database, records);
      const operations = records.map((record): AnyBulkWriteOperation<TicketLogDocument> => {
        const { _id, ...replacement } = toDocument(record, orders.get(record.importId ?? '') ?? null, newId());
        return { replaceOne: { filter: { _id }, replacement, upsert: true } };
      });
      await logsIn(database).bulkWrite(operations, { ...database.limit, ordered: false });
    },

    async count() {
      const database = await mongo.forWork();
      return logsIn(database).countDocuments(IMPORTED, database.limit);
    },

    async clear() {
      const database = await mongo.forWork();
      await logsIn(database).deleteMany(IMPORTED, database.limit);
    },
  };
}

function logsIn({ db }: MongoDatabase): Collection<TicketLogDocument> {
  return db.collection(TICKET_LOGS);
}

/** The orders of the imports that wrote these logs: an earlier one that is still open undoes nothing of a later one's. */
async function ordersOf(
  database: MongoDatabase,
  logs: readonly MovedLog[],
): Promise<ReadonlyMap<string, ImportDoc['order']>> {
  const { imports, limit } = importCollections(database);
  const ids = [...new Set(logs.flatMap(({ importId }) => importId ?? []))];
  const found = await imports.find({ _id: { $in: ids } }, { ...limit, projection: { order: 1 } }).toArray();
  return new Map(found.map(({ _id, order }) => [_id, order]));
}

function toDocument({ agent, ...log }: MovedLog, importOrder: number | null, version: string): TicketLogDocument {
  return {
    _id: importedLogId(log.externalId),
    ticketId: null,
    // Without one, older than whatever is uploaded after the move.
    importOrder,
    ...log,
    agentId: agent,
    ...derivedFields(log),
    version,
  };
}
