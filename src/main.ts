#!/usr/bin/env node
import { type Application, compose } from './compose.ts';
import { type Config, loadConfig } from './config.ts';
import { DomainError } from './domain/domain-error.ts';
import { keptSecret } from './infrastructure/embedded/kept-secret.ts';
import { createLogging, type Logging } from './infrastructure/observability/logging.ts';
import { migrate } from './infrastructure/postgres/migrate.ts';
import { banner } from './interfaces/cli/banner.ts';
import { openDatabase } from './open-database.ts';
import { isSystemError, StartupError } from './startup-error.ts';

/** What is longer than this does not end by itself; the rules for the rows make it safe to leave. */
const LONGEST_STOP_MS = 9_000;

type Stop = () => Promise<void>;

async function main(): Promise<void> {
  const config = loadConfig();
  const logging = createLogging(config.logging);
  const { logger } = logging;
  const started: Stop[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const stop of started.reverse()) {
      await stop().catch((error: unknown) => logger.error({ err: error }, 'a part did not stop cleanly'));
    }
  };
  const shutDown = (code: number): void => {
    if (stopping) return;
    logger.info('stopping');
    setTimeout(() => process.exit(code || 1), LONGEST_STOP_MS).unref();
    stopping = stopAll().finally(() => process.exit(code));
  };
  process.on('SIGTERM', () => shutDown(0));
  process.on('SIGINT', () => shutDown(0));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'an error that nobody foresaw ends the process');
    shutDown(1);
  });

  try {
    await start(config, logging, started, shutDown);
  } catch (error) {
    if (stopping) return;
    await stopAll();
    throw error;
  }
}

async function start(
  config: Config,
  logging: Logging,
  started: Stop[],
  shutDown: (code: number) => void,
): Promise<void> {
  const { logger } = logging;
  for (const warning of config.warnings) logger.warn(warning);
  const database = await openDatabase(config, logger, (sentence) => {
    logger.fatal(sentence);
    shutDown(1);
  });
  started.push(database.stop);
  await migrate(database.url, logger);
  const jwtSecret = config.role === 'worker' ? undefined : await secretOf(config);
  const application: Application = await compose({ config, databaseUrl: database.url, jwtSecret, logging });
  started.push(() => application.stop());
  const { port } = await application.start().catch((error: unknown) => {
    throw startProblem(error, config);
  });
  const { role, environment } = config;
  const facts = { role, port, environment, dataDir: database.dataDir, version: process.version };
  if (config.environment === 'production') logger.info(facts, 'ready');
  else console.log(banner({ config, port, dataDir: database.dataDir }));
}

/** The key that signs tokens: the one that is set, else one that is made once and kept. */
async function secretOf({ auth, dataDir }: Config): Promise<string> {
  return auth.jwtSecret ?? (await keptSecret(dataDir, 'jwt-secret'));
}

/** What the person who starts the server can do something about, as a sentence for them. */
function startProblem(error: unknown, { http }: Config): unknown {
  if (isSystemError(error, 'EADDRINUSE')) {
    return new StartupError(`Port ${http.port} is taken: stop what listens there, or set PORT to another one.`);
  }
  if (isSystemError(error, 'EACCES')) {
    return new StartupError(`Port ${http.port} is not allowed for this user: set PORT to 1024 or more.`);
  }
  if (isSystemError(error, 'EADDRNOTAVAIL', 'ENOTFOUND')) {
    return new StartupError(
      `HOST ${http.host} is no address of this machine: set HOST to one, or to 0.0.0.0 for all of them.`,
    );
  }
  if (error instanceof DomainError && error.code === 'VALIDATION_FAILED') return new StartupError(error.message);
  return error;
}

main().catch((error: unknown) => {
  console.error(error instanceof StartupError ? error.message : error);
  process.exit(1);
});
