import { IMPORT_STATUSES } from '../../../domain/enums.ts';
import { type CollectionPlan, oneOf, orNull } from '../collections.ts';
import type { LetterState } from './documents.ts';
import { UPLOADS } from './upload-file.ts';

const TEXT = { bsonType: 'string' };
const NUMBER = { bsonType: 'number' };
const WHOLE = { bsonType: 'number', minimum: 0 };
const INSTANT = { bsonType: 'date' };
const TEXTS = { bsonType: 'array', items: TEXT };
const NUMBERS = { bsonType: 'array', items: NUMBER };
/** `StoredText`, or null. */
const STORED_TEXT = { bsonType: ['string', 'object', 'null'] };
const LETTER_STATES: readonly LetterState[] = ['DEAD', 'RETRYING', 'TRYING', 'STORED', 'DISCARDED'];

const IMPORTS: CollectionPlan = {
  name: 'import_processes',
  schema: {
    bsonType: 'object',
    required: [
      'filename',
      'sizeBytes',
      'sha256',
      'uploadId',
      'status',
      'ledger',
      'trials',
      'createdAt',
      'order',
      'revision',
    ],
    properties: {
      _id: TEXT,
      filename: TEXT,
      sizeBytes: WHOLE,
      sha256: TEXT,
      bytesKey: TEXT,
      dryRun: { bsonType: 'bool' },
      mapping: orNull('array'),
      uploadId: TEXT,
      uploadFile: { bsonType: 'objectId' },
      status: oneOf(IMPORT_STATUSES),
      header: STORED_TEXT,
      totalRows: orNull('number'),
      ledger: {
        bsonType: 'object',
        required: ['below', 'beyond', 'rows', 'succeeded', 'failed', 'retried'],
        properties: { below: WHOLE, beyond: NUMBERS, rows: WHOLE, succeeded: WHOLE, failed: WHOLE, retried: WHOLE },
      },
      trials: {
        bsonType: 'object',
        required: ['version', 'succeeded', 'failed', 'retried'],
        properties: { version: WHOLE, succeeded: WHOLE, failed: NUMBER, retried: WHOLE },
      },
      release: orNull('object'),
      releases: WHOLE,
      error: orNull('string'),
      uploadedById: TEXT,
      createdAt: INSTANT,
      startedAt: orNull('date'),
      finishedAt: orNull('date'),
      workingSince: orNull('date'),
      order: NUMBER,
      revision: WHOLE,
      outbox: { bsonType: 'array', items: { bsonType: 'object' } },
      leftovers: { bsonType: 'bool' },
      announcedAt: orNull('date'),
    },
  },
  indexes: [
    // The same bytes are one process, unless that one failed: then it has no key.
    { key: { bytesKey: 1 }, unique: true, sparse: true },
    { key: { createdAt: -1, _id: -1 } },
    { key: { status: 1 } },
    { key: { leftovers: 1 }, sparse: true },
    { key: { 'release.number': 1 }, sparse: true },
  ],
};

const CHUNKS: CollectionPlan = {
  name: 'import_chunks',
  schema: {
    bsonType: 'object',
    required: ['importId', 'seq', 'rowCount'],
    properties: {
      _id: TEXT,
      importId: TEXT,
      seq: WHOLE,
      rowCount: WHOLE,
      rows: STORED_TEXT,
      days: TEXTS,
      decision: { bsonType: 'object', required: ['dead', 'trying'], properties: { dead: NUMBERS, trying: NUMBERS } },
    },
  },
  indexes: [{ key: { importId: 1, seq: 1 }, unique: true }],
};

const LETTERS: CollectionPlan = {
  name: 'dead_letters',
  schema: {
    bsonType: 'object',
    required: ['importId', 'rowNumber', 'state', 'reasons', 'attempts', 'failedAt', 'release', 'changes'],
    properties: {
      _id: TEXT,
      importId: TEXT,
      rowNumber: WHOLE,
      state: oneOf(LETTER_STATES),
      cells: STORED_TEXT,
      reasons: TEXTS,
      attempts: WHOLE,
      failedAt: INSTANT,
      release: WHOLE,
      changes: WHOLE,
      succeeded: NUMBER,
      failed: NUMBER,
      retried: WHOLE,
      days: TEXTS,
    },
  },
  indexes: [
    { key: { importId: 1, rowNumber: 1 }, unique: true },
    { key: { state: 1, failedAt: 1, _id: 1 } },
    { key: { importId: 1, state: 1, failedAt: 1, _id: 1 } },
    // The counts of trials are summed up from this alone.
    { key: { importId: 1, changes: 1, succeeded: 1, failed: 1, retried: 1 } },
  ],
};

const LONG_TEXTS: CollectionPlan = {
  name: 'import_texts',
  schema: {
    bsonType: 'object',
    required: ['importId', 'kind', 'bytes'],
    properties: { _id: TEXT, importId: TEXT, kind: TEXT, bytes: { bsonType: 'binData' } },
  },
  indexes: [{ key: { importId: 1, kind: 1 } }],
};

const COUNTERS: CollectionPlan = {
  name: 'counters',
  schema: { bsonType: 'object', required: ['value'], properties: { _id: TEXT, value: NUMBER } },
  indexes: [],
};

/** As the driver would make them at the first upload. */
const UPLOAD_COLLECTIONS: readonly CollectionPlan[] = [
  {
    name: `${UPLOADS}.files`,
    schema: { bsonType: 'object', required: ['length', 'chunkSize', 'uploadDate'] },
    indexes: [{ key: { filename: 1, uploadDate: 1 } }],
  },
  {
    name: `${UPLOADS}.chunks`,
    schema: { bsonType: 'object', required: ['files_id', 'n', 'data'] },
    indexes: [{ key: { files_id: 1, n: 1 }, unique: true }],
  },
];

/** Every collection that the imports need, beside that of the logs. */
export const IMPORT_COLLECTIONS: readonly CollectionPlan[] = [
  IMPORTS,
  CHUNKS,
  LETTERS,
  LONG_TEXTS,
  COUNTERS,
  ...UPLOAD_COLLECTIONS,
];
