import 'reflect-metadata';
import { createHash } from 'node:crypto';
import type { Logger, NewId, ProcessWakeUp } from './application/runtime.ts';
import type { OpenAct } from './application/trail/open-act.ts';
import { composeDesk } from './compose-desk.ts';
import { composeImportStores } from './compose-import-stores.ts';
import { composeImportThread } from './compose-import-thread.ts';
import { composeImports } from './compose-imports.ts';
import { composePeople } from './compose-people.ts';
import { composeProbes } from './compose-probes.ts';
import { composeReports } from './compose-reports.ts';
import { composeRetention } from './compose-retention.ts';
import { composeServer, composeWorkerServer, type ServerParts } from './compose-server.ts';
import { tracedQueues, traceOf } from './compose-trace.ts';
import { composeTrail } from './compose-trail.ts';
import { composeWork } from './compose-work.ts';
import type { Config } from './config.ts';
import { SEEDED_POLICIES } from './domain/sla-policy.ts';
import { signedErrorWorkbookLinks } from './infrastructure/auth/error-workbook-links.ts';
import { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import { ThreadedWorkbookReader } from './infrastructure/excel/threaded-workbook-reader.ts';
import { followed } from './infrastructure/followed.ts';
import type { Logging } from './infrastructure/observability/logging.ts';
import { createMetrics } from './infrastructure/observability/metrics.ts';
import { orderedIds } from './infrastructure/ordered-ids.ts';
import { Database } from './infrastructure/postgres/database.ts';
import { DatabaseClock, timeOf } from './infrastructure/postgres/database-clock.ts';
import { postgresUsers } from './infrastructure/postgres/user-store.ts';
import { PostgresWakeUp } from './infrastructure/postgres/wake-up.ts';
import { RedisConnections } from './infrastructure/redis/redis-connections.ts';
import { redisRateLimiters } from './infrastructure/redis/redis-rate-limiter.ts';
import { RedisWakeUp } from './infrastructure/redis/redis-wake-up.ts';
import { memoryRateLimiters } from './interfaces/http/rate-limiter.ts';
import { openMongo } from './open-mongo.ts';

/** Background statements may take longer than a request's, but not hold rows for ever. */
const WORK_STATEMENT_MS = 120_000;

/** The hub, the deadline timer, the sweep and the clock, each with a short statement at a time. */
const WATCH_CONNECTIONS = 4;
const WATCH_STATEMENT_MS = 30_000;

/** Of the connections for requests, bulk mutations use so many at most, however many there are. */
const BULK_SHARE = 0.5;

/** Events and tickets for subscribers: hundreds may replay at a time after a restart, and rather wait than end. */
const LIVE_CONNECTIONS = 4;
const LIVE_PATIENCE_MS = 30_000;
const LIVE_STATEMENT_MS = 30_000;

/** Health checks and scrapes have connections of their own and little patience; a count of everything may go on behind them. */
const PROBE_CONNECTIONS = 3;
const PROBE_PATIENCE_MS = 2_000;
const PROBE_STATEMENT_MS = 10_000;

export interface ApplicationParts {
  readonly config: Config;
  /** A database with every migration applied. */
  readonly databaseUrl: string;
  /** Absent for a worker, which signs nobody in. */
  readonly jwtSecret: string | undefined;
  readonly logging: Logging;
}

/** The running product: the API, the background work, or both, as the role says. */
export interface Application {
  /** Seeds what a new database lacks, listens, and starts jobs and timers. Returns the ports that were taken. */
  start(): Promise<{ readonly port: number; readonly metricsPort: number | undefined }>;
  /** Stops accepting, ends subscriptions, lets running jobs end, and closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds every part and wires them; the only place that sees every layer. Connects to the database, and to Redis where there is one. */
export async function compose({ config, databaseUrl, jwtSecret, logging }: ApplicationParts): Promise<Application> {
  const { logger } = logging;
  const newId: NewId = orderedIds();
  const metrics = createMetrics(logger);
  const redis = config.redis && (await RedisConnections.open(config.redis, logger));
  const wakeUp: ProcessWakeUp = redis ? new RedisWakeUp(redis, logger) : new PostgresWakeUp(databaseUrl, logger);
  const acts = followed<OpenAct>();
  const database = (
    applicationName: string,
    maxConnections: number,
    statementTimeoutMs: number,
    connectTimeoutMs?: number,
    signal?: () => AbortSignal | undefined,
  ) =>
    new Database({
      ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
      url: databaseUrl,
      signal,
      maxConnections,
      statementTimeoutMs,
      applicationName,
      acts,
      onEvents: () => wakeUp.announce(),
      onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    });
  const signals = followed<AbortSignal>();
  const statementMs = config.graphql.operationTimeoutSeconds * 1_000;
  const db = database('techsupport-api', config.database.poolMax, statementMs, undefined, signals.current);
  const workDb = database('techsupport-work', config.database.poolMax, WORK_STATEMENT_MS);
  const watchDb = database('techsupport-watch', WATCH_CONNECTIONS, WATCH_STATEMENT_MS);
  const liveDb = database('techsupport-live', LIVE_CONNECTIONS, LIVE_STATEMENT_MS, LIVE_PATIENCE_MS);
  const probeDb = database('techsupport-probe', PROBE_CONNECTIONS, PROBE_STATEMENT_MS, PROBE_PATIENCE_MS);
  const clock = await DatabaseClock.start({ ask: timeOf(watchDb), logger });
  const queues = await JobQueues.open({
    databaseUrl,
    maxConnections: config.imports.concurrency,
    redis,
    describe: traceOf,
    logger,
  });

  const mongo = await openMongo(config, logger);
  const traced = tracedQueues(queues, logging.scope);
  const base = { db, workDb, clock, newId, logger, wakeUp, acts };
  const { trail, auditLog } = composeTrail(base);
  const shared = { ...base, trail };
  const users = postgresUsers(db);
  const importStores = await composeImportStores({ ...shared, mongo });
  const desk = composeDesk({
    ...shared,
    watchDb,
    liveDb,
    probeDb,
    users,
    imports: importStores.forRequests.imports,
    fingerprint: (text) => createHash('sha256').update(text).digest('base64url'),
    observeLag: (seconds) => metrics.observeDetectionLag(seconds),
    countAudited: (clocks, mismatches) => metrics.countAudited(clocks, mismatches),
    scheduleMore: () => traced.add('policy-moves', [{ name: 'move', payload: null, key: 'move' }]),
    maxBacklog: config.websocket.subscriberMaxBacklog,
    bulkLanes: Math.max(1, Math.floor(config.database.poolMax * BULK_SHARE)),
  });
  const isImporting = async () => (await importStores.forWork.imports.openIds()).length > 0;
  const reports = await composeReports({ ...shared, mongo, isImporting });
  const importThread = composeImportThread({
    config,
    databaseUrl,
    logger,
    onNews: () => wakeUp.announce(),
    answered: () => metrics.operationsObserved(),
  });
  const imports = composeImports({
    ...shared,
    commitChunk: importThread.commit,
    onReading: () => importThread.wake(),
    stores: importStores.forWork,
    queues: traced,
    cutter: new ThreadedWorkbookReader(),
    policiesInForce: () => desk.stores.policies.all(),
    refreshReports: importThread.refreshReports,
    countRows: (outcome, rows) => metrics.countImportRows(outcome, rows),
    maxBytes: config.imports.maxBytes,
    chunkRows: config.imports.chunkRows,
  });
  const probed = config.role === 'worker' ? workDb : db;
  const probes = composeProbes({
    metrics,
    db: probed,
    probeDb,
    wakeUp,
    queues,
    redis,
    mongo,
    desk,
    countDeadLetters: imports.countDeadLetters,
    clock,
  });
  const newRateLimiter = redis ? redisRateLimiters(redis, memoryRateLimiters) : memoryRateLimiters;
  const edge = { ...shared, auditLog, config, logging, metrics, probes, newRateLimiter, signals };
  const api =
    config.role === 'worker' ? null : await composeApi({ ...edge, jwtSecret, desk, reports, imports, importStores });
  const server = api?.server ?? composeWorkerServer(edge);
  const countPruned = (events: number) => metrics.countPruned(events);
  const retention = composeRetention({ ...shared, config, desk, reports, countPruned });
  const work =
    config.role === 'api' ? null : composeWork({ config, logging, queues, desk, reports, imports, retention, newId });

  return {
    async start() {
      await desk.stores.policies.seed(SEEDED_POLICIES, clock.now());
      await api?.seed();
      await wakeUp.start();
      if (api) await desk.hub.start();
      const ports = await server.listen();
      await work?.start();
      return ports;
    },
    async stop() {
      await Promise.all([server.close(), work?.stop()]);
      await importThread.close();
      await desk.hub.stop();
      await wakeUp.stop();
      clock.stop();
      await queues.close();
      await redis?.close();
      await mongo?.close();
      await Promise.all([probeDb, liveDb, watchDb, workDb, db].map((each) => each.close()));
    },
  };
}

type ApiParts = Omit<ServerParts, 'people' | 'importStores' | 'errorWorkbooks'> &
  Pick<ApplicationParts, 'jwtSecret'> & {
    readonly logger: Logger;
    readonly importStores: Awaited<ReturnType<typeof composeImportStores>>;
  };

/** What only a process with the API has: people who sign in, and the server that they call. */
async function composeApi({ jwtSecret, ...parts }: ApiParts) {
  const { auth, environment } = parts.config;
  if (jwtSecret === undefined) throw new Error('An API needs a secret to sign tokens with.');
  const people = composePeople({ ...parts, auth, jwtSecret });
  const errorWorkbooks = {
    links: signedErrorWorkbookLinks(jwtSecret, auth.jwtSecretPrevious),
    stores: parts.importStores.forWork,
  };
  return {
    server: await composeServer({ ...parts, people, errorWorkbooks, importStores: parts.importStores.forRequests }),
    /** Adds the first admin to a database without users. */
    seed: () => people.seedFirstAdmin({ adminPassword: auth.adminPassword, production: environment === 'production' }),
  };
}
