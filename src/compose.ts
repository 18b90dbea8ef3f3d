import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Clock, NewId } from './application/runtime.ts';
import { composeDesk } from './compose-desk.ts';
import { composeImports } from './compose-imports.ts';
import { composePeople } from './compose-people.ts';
import { composeReports } from './compose-reports.ts';
import { composeServer } from './compose-server.ts';
import { inScope, tracedQueues, traceOf } from './compose-trace.ts';
import type { Config } from './config.ts';
import { SEEDED_POLICIES } from './domain/sla-policy.ts';
import { JobQueues } from './infrastructure/bullmq/job-queues.ts';
import { ThreadedWorkbookReader } from './infrastructure/excel/threaded-workbook-reader.ts';
import type { Logging } from './infrastructure/observability/logging.ts';
import { createMetrics } from './infrastructure/observability/metrics.ts';
import { Database } from './infrastructure/postgres/database.ts';
import { PostgresImportStore } from './infrastructure/postgres/import-store.ts';
import { PostgresWakeUp } from './infrastructure/postgres/wake-up.ts';
import { slaJobs } from './interfaces/jobs/sla-jobs.ts';
import { UPKEEP_SCHEDULES, upkeepJobs } from './interfaces/jobs/upkeep-jobs.ts';

/** Background statements may take longer than a request's, but not hold rows for ever. */
const WORK_STATEMENT_MS = 120_000;

export interface ApplicationParts {
  readonly config: Config;
  /** A database with every migration applied. */
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly logging: Logging;
}

/** The running product: API and workers in one process. */
export interface Application {
  /** Seeds what a new database lacks, starts workers and timers, and listens. Returns the ports that were taken. */
  start(): Promise<{ readonly port: number; readonly metricsPort: number | undefined }>;
  /** Stops accepting, ends subscriptions, lets running jobs end, and closes everything in reverse order. */
  stop(): Promise<void>;
}

/** Builds every part and wires them; the only place that sees every layer. Connects to the database. */
export async function compose({ config, databaseUrl, jwtSecret, logging }: ApplicationParts): Promise<Application> {
  const { logger } = logging;
  const clock: Clock = { now: () => new Date() };
  const newId: NewId = () => uuidv7();
  const metrics = createMetrics(logger);
  const wakeUp = new PostgresWakeUp(databaseUrl, logger);
  const database = (applicationName: string, maxConnections: number, statementTimeoutMs: number) =>
    new Database({
      url: databaseUrl,
      maxConnections,
      statementTimeoutMs,
      applicationName,
      onEvents: () => wakeUp.announce(),
      onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    });
  const db = database('techsupport-api', config.database.poolMax, config.graphql.operationTimeoutSeconds * 1_000);
  const workDb = database('techsupport-work', config.database.poolMax, WORK_STATEMENT_MS);
  const queues = await JobQueues.open({
    databaseUrl,
    maxConnections: config.imports.concurrency,
    describe: traceOf,
    logger,
  });

  const traced = tracedQueues(queues, logging.scope);
  const shared = { db, workDb, clock, newId, logger, wakeUp };
  const people = await composePeople({ ...shared, auth: config.auth, jwtSecret });
  const importStore = new PostgresImportStore(db, newId);
  const desk = composeDesk({
    ...shared,
    users: people.users,
    imports: importStore,
    fingerprint: (text) => createHash('sha256').update(text).digest('base64url'),
    observeLag: (seconds) => metrics.observeDetectionLag(seconds),
    countAudited: (clocks, mismatches) => metrics.countAudited(clocks, mismatches),
    scheduleMore: () => traced.add('policy-moves', [{ name: 'move', payload: null, key: 'move' }]),
    maxBacklog: config.websocket.subscriberMaxBacklog,
  });
  const reports = composeReports(shared);
  const imports = composeImports({
    ...shared,
    db: workDb,
    queues: traced,
    reader: new ThreadedWorkbookReader(),
    policiesInForce: () => desk.stores.policies.all(),
    refreshReports: reports.refreshReports,
    countRows: (outcome, rows) => metrics.countImportRows(outcome, rows),
    maxBytes: config.imports.maxBytes,
    chunkRows: config.imports.chunkRows,
  });
  const server = await composeServer({
    ...shared,
    config,
    logging,
    metrics,
    queues,
    people,
    desk,
    reports,
    imports,
    importStore,
  });

  const handlers = [
    ...imports.handlers,
    ...slaJobs(desk.jobs),
    ...upkeepJobs({
      ...reports,
      pruneRefreshTokens: people.pruneRefreshTokens,
      auditClockShare: config.sla.audit ? desk.auditShare : async () => undefined,
    }),
  ].map((handler) => inScope(handler, logging, newId));
  const schedules = [
    ...imports.schedules,
    ...UPKEEP_SCHEDULES,
    { queue: 'sla-sweep', name: 'sweep', everyMs: config.sla.sweepSeconds * 1_000 } as const,
  ];

  const startWork = async (): Promise<void> => {
    queues.work(handlers, {
      concurrency: { 'import-chunks': config.imports.concurrency, 'import-rows': config.imports.concurrency },
    });
    await Promise.all(schedules.map(({ queue, name, everyMs }) => queues.schedule(queue, name, everyMs)));
    desk.deadlineTimer.start();
    reports.follower.start();
    await imports.resumeOpenImports();
  };

  return {
    async start() {
      await desk.stores.policies.seed(SEEDED_POLICIES, clock.now());
      const production = config.environment === 'production';
      await people.seedFirstAdmin({ adminPassword: config.auth.adminPassword, production });
      await wakeUp.start();
      await desk.hub.start();
      const ports = await server.listen();
      await startWork();
      return ports;
    },
    async stop() {
      await Promise.all([server.close(), desk.deadlineTimer.stop(), reports.follower.stop(), queues.stopWorking()]);
      await imports.settled();
      await desk.hub.stop();
      await wakeUp.stop();
      await queues.close();
      await workDb.close();
      await db.close();
    },
  };
}
