import { createHash } from 'node:crypto';
import type { MovedUpload } from './application/move/imports.ts';
import type { Figures, MovingPart, RecordKeeper } from './application/move/ports.ts';
import type { Logger, NewId } from './application/runtime.ts';
import { importCollections, type OpenCollections } from './infrastructure/mongo/imports/documents.ts';
import { mongoImportStores } from './infrastructure/mongo/imports/import-stores.ts';
import { mongoMovedImports, settleImports } from './infrastructure/mongo/imports/moved-imports.ts';
import type { Mongo } from './infrastructure/mongo/mongo.ts';
import { mongoMovedLogs } from './infrastructure/mongo/reports/moved-logs.ts';
import { appendOnce } from './infrastructure/postgres/append-once.ts';
import type { Database } from './infrastructure/postgres/database.ts';
import { postgresMovedImports } from './infrastructure/postgres/moved-imports.ts';
import { postgresMovedLogs } from './infrastructure/postgres/moved-logs.ts';

const LOGS_AT_ONCE = 1_000;
const LETTERS_AT_ONCE = 200;

export type MoveDirection = 'to-mongo' | 'to-postgres';

export interface MovedStores {
  readonly db: Database;
  readonly mongo: Mongo;
  readonly newId: NewId;
  readonly logger: Logger;
  /** How many logs are copied at a time, and how many dead letters. */
  readonly logsAtOnce?: number;
  readonly lettersAtOnce?: number;
}

/** Records that are kept in one of the stores. */
interface Keepers<T> {
  readonly name: string;
  readonly postgres: RecordKeeper<T>;
  readonly mongo: RecordKeeper<T>;
  readonly pageSize: number;
  readonly figuresOf: MovingPart<T>['figuresOf'];
}

/** Whatever moves, in the order in which it moves: what is found through another record goes before it. */
export function movingParts(stores: MovedStores, direction: MoveDirection): MovingPart[] {
  const { db, mongo, newId, logsAtOnce = LOGS_AT_ONCE, lettersAtOnce = LETTERS_AT_ONCE } = stores;
  const inPostgres = postgresMovedImports(db);
  const inMongo = mongoMovedImports(openImports(mongo));
  const part = <T>({ name, pageSize, figuresOf, postgres, mongo }: Keepers<T>): MovingPart => {
    const [from, to] = direction === 'to-mongo' ? [postgres, mongo] : [mongo, postgres];
    // Records of one part never meet those of another.
    return { name, pageSize, figuresOf, from, to } as MovingPart<T> as MovingPart;
  };
  const ofImports = <K extends keyof typeof inMongo>(kind: K, name: string, pageSize: number) =>
    part({ name, pageSize, postgres: inPostgres[kind], mongo: inMongo[kind], figuresOf: contentsOf(name) });
  return [
    part({
      name: 'uploaded files',
      pageSize: 1,
      postgres: inPostgres.uploads,
      mongo: inMongo.uploads,
      figuresOf: figuresOfUpload,
    }),
    ofImports('imports', 'imports', 100),
    ofImports('chunks', 'chunks of imports', 10),
    ofImports('letters', 'dead letters', lettersAtOnce),
    // Their reports are compared, and these have all that counts of them.
    part({
      name: 'imported logs',
      pageSize: logsAtOnce,
      postgres: postgresMovedLogs(db, newId),
      mongo: mongoMovedLogs(mongo, newId),
      figuresOf: null,
    }),
  ];
}

/** Brings in order what crashes have left half done in MongoDB; in Postgres there is no such thing. */
export async function settleMongo({ db, mongo, newId, logger }: MovedStores): Promise<void> {
  const { imports } = mongoImportStores({ mongo: () => mongo.forWork(), append: appendOnce(db), newId, logger });
  await settleImports(openImports(mongo), () => imports.openIds());
}

function openImports(mongo: Mongo): OpenCollections {
  return async () => importCollections(await mongo.forWork());
}

/** A number that the same content gives in either store. */
function contentsOf(name: string): (record: unknown) => Promise<Figures> {
  return async (record) => ({ [`checksum of ${name}`]: checksum(JSON.stringify(record, withSortedKeys)) });
}

async function figuresOfUpload({ uploadId, sizeBytes, sha256, content }: MovedUpload): Promise<Figures> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const bytes of content()) {
    hash.update(bytes);
    length += bytes.byteLength;
  }
  const digest = hash.digest('hex');
  const figures = {
    'bytes of uploaded files': BigInt(length),
    'checksum of uploaded files': checksum(uploadId + digest),
  };
  const isWhole = length === sizeBytes && digest === sha256;
  return isWhole ? figures : { ...figures, 'uploaded files that are damaged': 1n };
}

/** 48 bits, so that the sum of many is still a number that people can compare. */
function checksum(text: string): bigint {
  return BigInt(createHash('sha256').update(text).digest().readUIntBE(0, 6));
}

/** A replacer for JSON: no store keeps the order of keys. */
function withSortedKeys(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
