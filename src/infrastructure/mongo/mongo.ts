import { setTimeout as delay } from 'node:timers/promises';
import { type Db, MongoClient, type MongoClientOptions, MongoNotConnectedError, ReadConcern } from 'mongodb';
import type { Logger } from '../../application/runtime.ts';
import { StartupError } from '../../startup-error.ts';
import { type CollectionPlan, ensureCollections } from './collections.ts';
import { isAway } from './translate-error.ts';

const DEFAULT_DATABASE = 'techsupport';
/** How long an operation looks for a server that takes it; then the caller is told to try again. */
const SERVER_SELECTION_MS = 3_000;
/** How long a start waits for collections and indexes; a new index on much data may take its time. */
const PREPARE_MS = 10_000;

export interface MongoOptions {
  /** MONGO_URI; the database is the one it names, else `techsupport`. */
  readonly uri: string;
  /** Whatever is to be there before anybody reads or writes. */
  readonly collections: readonly CollectionPlan[];
  readonly applicationName: string;
  /** How long the server works at most on one command of a request, and of work in the background. */
  readonly requestMs: number;
  readonly workMs: number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** The database, and the options that every command on it is to carry. */
export interface MongoDatabase {
  /** Reads from the primary; a write is acknowledged once a majority has it in its journal. */
  readonly db: Db;
  readonly limit: { readonly maxTimeMS: number };
}

/**
 * A client of MongoDB whose collections are made before the first use. A server that is away, at the start or later, is found
 * again by itself; whoever needs it meanwhile gets an error that `translateMongoError` knows.
 */
export class Mongo {
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #workDb: Db;
  readonly #options: MongoOptions;
  #ready: Promise<void> | null = null;
  #isClosed = false;

  private constructor(client: MongoClient, options: MongoOptions) {
    this.#client = client;
    this.#options = options;
    const name = databaseName(options.uri);
    this.#db = client.db(name, DURABLE);
    this.#workDb = client.db(name, { ...DURABLE, readConcern: new ReadConcern('majority') });
  }

  /**
   * Returns soon: with the collections made, or, when no server can be reached, with a warning. Throws a StartupError for what
   * a person has to mend: a URI that is none, an account that is refused, a server that is too old.
   */
  static async open(options: MongoOptions): Promise<Mongo> {
    const mongo = new Mongo(clientOf(options), options);
    const soon = new AbortController();
    try {
      const patience = delay(PREPARE_MS, 'later', { signal: soon.signal }).catch(() => undefined);
      if ((await Promise.race([mongo.#prepared(), patience])) === 'later') {
        options.log.warn({}, 'MongoDB is still building indexes; whoever needs it waits for them');
      }
    } catch (error) {
      if (isAway(error)) {
        options.log.warn(
          { err: error },
          'MongoDB cannot be reached; starting without it and trying again when it is needed',
        );
        return mongo;
      }
      await mongo.close();
      throw problemOf(error);
    } finally {
      soon.abort();
    }
    return mongo;
  }

  /** For work that a caller waits for. */
  async forRequests(): Promise<MongoDatabase> {
    await this.#prepared();
    return { db: this.#db, limit: { maxTimeMS: this.#options.requestMs } };
  }

  /** For work in the background: what it reads, and then may leave as it is, a majority has. */
  async forWork(): Promise<MongoDatabase> {
    await this.#prepared();
    return { db: this.#workDb, limit: { maxTimeMS: this.#options.workMs } };
  }

  /** Rejects unless the server answers now. */
  async ping(): Promise<void> {
    await this.#connected();
    await this.#db.command({ ping: 1, maxTimeMS: SERVER_SELECTION_MS });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.close();
  }

  /** One attempt at a time; after a failed one the next caller tries again. */
  #prepared(): Promise<void> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = null;
      throw error;
    });
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    await this.#connected();
    await ensureCollections(this.#db, this.#options.collections, this.#options.workMs);
  }

  /** By itself the driver tries to connect once: a first attempt that fails leaves it closed until it is told to connect again. */
  async #connected(): Promise<void> {
    if (this.#isClosed) throw new MongoNotConnectedError('The client was closed.');
    await this.#client.connect();
  }
}

/** What is acknowledged is to survive the loss of a server and of its memory; what is read is to be what was written. */
const DURABLE = { writeConcern: { w: 'majority', journal: true }, readPreference: 'primary' } as const;

function clientOf({ uri, applicationName, workMs }: MongoOptions): MongoClient {
  const options: MongoClientOptions = {
    appName: applicationName,
    serverSelectionTimeoutMS: SERVER_SELECTION_MS,
    // A server that hangs is noticed by the heartbeat, within the sum of both, which ends what waits for it: so soon that a
    // caller is told before its own time is over.
    heartbeatFrequencyMS: 2_000,
    connectTimeoutMS: 3_000,
    // Beyond what the server allows itself, nobody answers any more.
    socketTimeoutMS: workMs + 10_000,
    waitQueueTimeoutMS: 5_000,
    maxPoolSize: 50,
    // A single server has none; the driver then does without.
    retryWrites: true,
    retryReads: true,
  };
  try {
    return new MongoClient(uri, options);
  } catch (error) {
    // The URI is not shown: it may hold a password.
    throw new StartupError(
      `MONGO_URI cannot be used (${error instanceof Error ? error.message : String(error)}): write it like mongodb://user:password@host:27017/techsupport.`,
      { cause: error },
    );
  }
}

/** The database that the URI names: what stands between its hosts and its options. */
export function databaseName(uri: string): string {
  const [, name] = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]*)/.exec(uri) ?? [];
  return name ? decodeURIComponent(name) : DEFAULT_DATABASE;
}

function problemOf(error: unknown): StartupError {
  const message = error instanceof Error ? error.message : String(error);
  return new StartupError(
    `MongoDB refuses to work (${message}): check the account and the database in MONGO_URI (it needs the roles readWrite and dbAdmin there), and that the server is MongoDB 5.0 or newer.`,
    { cause: error },
  );
}
