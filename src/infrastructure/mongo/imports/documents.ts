import type { Collection, Db, ObjectId } from 'mongodb';
import type { ImportStatus } from '../../../domain/enums.ts';
import type { EventType } from '../../../domain/event.ts';
import type { ColumnChoice } from '../../../domain/import-columns.ts';
import type { Day } from '../../../domain/report/calendar.ts';
import type { MongoDatabase } from '../mongo.ts';

/** What the committed chunks of an import amount to. A chunk and its numbers enter in one update, so that none is counted twice. */
export interface Ledger {
  /** Every chunk with a lower number is committed. */
  readonly below: number;
  /** Committed chunks with a higher number, in no order. */
  readonly beyond: readonly number[];
  /** Rows of the committed chunks, and what had become of them when they were committed; retried were also all dead letters at a release of all. */
  readonly rows: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
}

/** What trials of single rows have changed since: a sum over the letters, of which a later one has a higher version. */
export interface TrialCounts {
  readonly version: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
}

/** Dead letters on their way to another trial. Whoever meets one of some helps to send them; those of all are sent bit by bit by who tries them. */
export interface Release {
  /** Of this import, from 1. */
  readonly number: number;
  /** null: all. */
  readonly ids: readonly string[] | null;
}

/** An event that is to be appended to the event log. */
export interface OutboxEvent {
  readonly id: string;
  readonly type: EventType;
  readonly from: string | null;
  readonly to: string;
  readonly occurredAt: Date;
}

export interface ImportDoc {
  readonly _id: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Names the bytes and the manner of their import, and is unique; taken away when the import fails. */
  readonly bytesKey?: string;
  /** Absent in documents of an earlier release, as `mapping` is: false. */
  readonly dryRun?: boolean;
  readonly mapping?: readonly ColumnChoice[] | null;
  readonly uploadId: string;
  /** Under which GridFS keeps the bytes. */
  readonly uploadFile: ObjectId;
  readonly status: ImportStatus;
  /** {headers, fields} as JSON, or in pieces; null until the header row has been read. */
  readonly header: StoredText | null;
  readonly totalRows: number | null;
  readonly ledger: Ledger;
  readonly trials: TrialCounts;
  readonly release: Release | null;
  /** How many releases there were. */
  readonly releases: number;
  readonly error: string | null;
  readonly uploadedById: string;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly workingSince: Date | null;
  /** Rises with each upload, also one that lets a cancelled import go on: of two imports that name an external id the higher one stands. */
  readonly order: number;
  /** Rises with each change of status, which is made only on the revision that it was decided on. */
  readonly revision: number;
  readonly outbox: readonly OutboxEvent[];
  /** Set while events wait in the outbox, or bytes to be deleted: what a crash leaves is found by it. */
  readonly leftovers?: true;
  /** When progress was announced last. */
  readonly announcedAt: Date | null;
}

/** Some hundred rows of a file on their way; what is left of it once committed is its number and size. */
export interface ChunkDoc {
  /** Import id and number. */
  readonly _id: string;
  readonly importId: string;
  readonly seq: number;
  readonly rowCount: number;
  readonly rows: StoredText | null;
  /** Report days of logs that are replaced on behalf of this chunk: their versions are gone when they are to be marked. */
  readonly days?: readonly Day[];
  /** Which rows become letters; whoever writes it first decides for all. */
  readonly decision?: ChunkDecision;
}

export interface ChunkDecision {
  /** Row numbers. */
  readonly dead: readonly number[];
  readonly trying: readonly number[];
}

/**
 * DEAD are the dead letters, RETRYING are dead letters being tried again, TRYING are rows that the store refused and that are
 * tried alone before they count as failed. STORED and DISCARDED stay, so that a writer that comes late finds its row decided.
 */
export type LetterState = 'DEAD' | 'RETRYING' | 'TRYING' | 'STORED' | 'DISCARDED';

/** The states of a row that waits for a trial. */
export const ON_TRIAL = ['TRYING', 'RETRYING'] as const satisfies readonly LetterState[];

/** A row that did not make it at first. */
export interface LetterDoc {
  /** Derived from import and row: see letter-id.ts. */
  readonly _id: string;
  readonly importId: string;
  readonly rowNumber: number;
  readonly state: LetterState;
  readonly cells: StoredText | null;
  readonly reasons: readonly string[];
  /** With the state it names a trial. */
  readonly attempts: number;
  readonly failedAt: Date;
  /** The last release that it was part of; 0: none. */
  readonly release: number;
  /** What trials have changed in the counters since its chunk was committed, and how often they have. */
  readonly changes: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  /** As those of a chunk. */
  readonly days?: readonly Day[];
}

/** Text as it is, or how many pieces of it lie in `import_texts`, because no document may be larger than 16 MB. */
export type StoredText = string | { readonly pieces: number };

/** A piece of a text that is too long for its document. */
export interface TextPiece {
  /** The text's key and the number of the piece. */
  readonly _id: string;
  readonly importId: string;
  readonly kind: 'header' | 'rows' | 'cells';
  readonly bytes: Uint8Array;
}

/** The collections of the imports, and the options that every command on them carries. */
export interface ImportCollections {
  readonly db: Db;
  readonly imports: Collection<ImportDoc>;
  readonly chunks: Collection<ChunkDoc>;
  readonly letters: Collection<LetterDoc>;
  readonly texts: Collection<TextPiece>;
  readonly counters: Collection<CounterDoc>;
  readonly limit: MongoDatabase['limit'];
}

export interface CounterDoc {
  readonly _id: string;
  readonly value: number;
}

/** Rejects while the server is away. */
export type OpenCollections = () => Promise<ImportCollections>;

export function importCollections({ db, limit }: MongoDatabase): ImportCollections {
  return {
    db,
    imports: db.collection('import_processes'),
    chunks: db.collection('import_chunks'),
    letters: db.collection('dead_letters'),
    texts: db.collection('import_texts'),
    counters: db.collection('counters'),
    limit,
  };
}
