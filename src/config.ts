import { resolve } from 'node:path';
import type { RedisAddress, RedisSettings } from './config-redis.ts';
import { type Variables, variables } from './config-variables.ts';
import { isSystemError, StartupError } from './startup-error.ts';

/** `api`: HTTP, WebSocket and live events. `worker`: jobs, schedules, deadlines and projections. `all`: both in one process. */
export type ProcessRole = 'all' | 'api' | 'worker';

/** Everything that can be set from outside. Units are in the names; `.env.example` describes each variable. */
export interface Config {
  readonly environment: 'development' | 'production' | 'test';
  /** What this process does: answer callers, work in the background, or both. */
  readonly role: ProcessRole;
  /** Absolute path. */
  readonly dataDir: string;
  readonly http: {
    /** 0 asks the system for any free port. */
    readonly port: number;
    readonly host: string;
    /** As Fastify takes it: nobody, or addresses and networks separated by commas. */
    readonly trustProxy: false | string;
    /** Where callers reach the API, without a closing slash; absent: where they sent their request. */
    readonly publicUrl: string | undefined;
    readonly corsOrigins: readonly string[];
    /** Of a request that is not an upload. */
    readonly bodyMaxBytes: number;
  };
  readonly database: {
    /** Absent: the embedded Postgres. */
    readonly url: string | undefined;
    readonly poolMax: number;
  };
  /** Requests that find every connection busy. */
  readonly requestQueue: {
    readonly waiting: number;
    readonly waitMs: number;
  };
  /** Absent: logs, imports, uploads and reports are kept in Postgres. */
  readonly mongo: { readonly uri: string } | undefined;
  /** Absent: queues, wake-ups and rate limits do without Redis. */
  readonly redis: RedisSettings | undefined;
  readonly auth: {
    /** Absent only outside production, where one is made and kept in the data folder, and for a worker, which signs nobody in. */
    readonly jwtSecret: string | undefined;
    /** Signs nothing; what it signed is accepted too, while one secret replaces another. */
    readonly jwtSecretPrevious: string | undefined;
    /** Of the first admin; absent: `admin123` outside production, and in production a database that has users. */
    readonly adminPassword: string | undefined;
    readonly accessTokenMinutes: number;
    readonly refreshTokenDays: number;
    readonly bcryptCost: number;
  };
  /** A maximum of 0 turns that limit off. */
  readonly rateLimit: {
    readonly max: number;
    readonly windowMinutes: number;
    readonly userMax: number;
  };
  readonly graphql: {
    readonly introspection: boolean;
    readonly maxTokens: number;
    readonly maxOperations: number;
    readonly maxDepth: number;
    readonly maxAliases: number;
    readonly maxRootFields: number;
    readonly maxDirectives: number;
    /** Values in any list of a document or of its variables. */
    readonly maxListItems: number;
    /** By the model that the schema describes. */
    readonly maxCost: number;
    readonly operationTimeoutSeconds: number;
  };
  readonly websocket: {
    /** `all`: queries and mutations too, by the same rules as over HTTP. */
    readonly operations: 'subscriptions' | 'all';
    readonly frameMaxBytes: number;
    readonly subscriptionsPerSocket: number;
    /** Open at a time in this process. */
    readonly socketsPerUser: number;
    readonly socketsPerAddress: number;
    /** Events that may wait for one slow subscriber before it is cut off. */
    readonly subscriberMaxBacklog: number;
  };
  readonly sla: {
    readonly sweepSeconds: number;
    /** Whether clocks are compared with their logs in the background. */
    readonly audit: boolean;
  };
  readonly retention: {
    /** How long the events of a closed ticket are kept, in days; 0: for ever. */
    readonly eventLogDays: number;
  };
  readonly imports: {
    readonly maxBytes: number;
    readonly concurrency: number;
    readonly chunkRows: number;
  };
  readonly metrics: {
    readonly token: string | undefined;
    /** Absent: `/metrics` is served on the main port. */
    readonly port: number | undefined;
  };
  readonly logging: {
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
    readonly pretty: boolean;
  };
  /** Sentences to log once at the start: settings that work but should not stay. */
  readonly warnings: readonly string[];
}

/** The environment holds mistakes; `message` lists all of them, a sentence each on a line of its own. */
export class ConfigError extends StartupError {
  override readonly name = 'ConfigError';

  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('\n'));
  }
}

/**
 * Reads the configuration. Without an argument that is the process's environment, completed by the file `.env` of the
 * working directory where there is one (the environment wins). The only reader of `process.env`.
 * @throws ConfigError with every mistake at once.
 */
export function loadConfig(env: NodeJS.ProcessEnv = environmentWithFile()): Config {
  const parsed = variables.safeParse(env);
  const mistakes = (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  mistakes.push(...mistakesTogether(env));
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes);
  return freeze(arrange(parsed.data));
}

/** The environment of a child process: this one's with `changes`. */
export function childEnvironment(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

function environmentWithFile(): NodeJS.ProcessEnv {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code !== 'ENOENT') throw new ConfigError([`The file .env cannot be read (${error.message}).`]);
  }
  return process.env;
}

/** What one variable alone does not show. Read from the raw text, so that it is told beside other mistakes. */
function mistakesTogether(env: NodeJS.ProcessEnv): string[] {
  const mistakes: string[] = [];
  const environment = env.NODE_ENV?.trim().toLowerCase();
  const production = environment === 'production';
  const role = env.ROLE?.trim().toLowerCase();
  if ((role === 'api' || role === 'worker') && !env.DATABASE_URL?.trim()) {
    mistakes.push(
      `DATABASE_URL is not set: ROLE=${role} needs a PostgreSQL that its processes share; without one leave ROLE out.`,
    );
  }
  const secretBytes = env.JWT_SECRET?.trim() ? Buffer.byteLength(env.JWT_SECRET) : 0;
  // A worker neither makes nor reads tokens.
  if (production && role !== 'worker' && secretBytes < 32) {
    const found = secretBytes === 0 ? 'is not set' : `has ${secretBytes} bytes`;
    mistakes.push(
      `JWT_SECRET ${found}: in production set it to at least 32 random bytes, for example from "openssl rand -base64 48".`,
    );
  }
  const previousBytes = env.JWT_SECRET_PREVIOUS?.trim() ? Buffer.byteLength(env.JWT_SECRET_PREVIOUS) : 32;
  // What is accepted is as good as what signs: a short one would let tokens be forged.
  if (production && role !== 'worker' && previousBytes < 32) {
    mistakes.push(`JWT_SECRET_PREVIOUS has ${previousBytes} bytes: production accepts no token of less than 32.`);
  }
  if (production && env.ADMIN_PASSWORD === 'admin123') {
    mistakes.push('ADMIN_PASSWORD is the one that everybody knows: choose another for production.');
  }
  if (environment !== 'test' && /^\s*[4-9]\s*$/.test(env.BCRYPT_COST ?? '')) {
    mistakes.push('BCRYPT_COST must be 10 or more; lower is for NODE_ENV=test only.');
  }
  const port = env.PORT?.trim() || '3000';
  if (env.METRICS_PORT?.trim() === port && port !== '0') {
    mistakes.push(`METRICS_PORT must differ from PORT, but both are ${port}.`);
  }
  if (env.REDIS_URL?.trim() && env.REDIS_HOST?.trim()) {
    mistakes.push('REDIS_URL and REDIS_HOST are both set: keep the one that is meant.');
  }
  if (env.REDIS_PORT?.trim() && !env.REDIS_HOST?.trim()) {
    mistakes.push('REDIS_PORT is set without REDIS_HOST: set that too, or write the port into REDIS_URL.');
  }
  return mistakes;
}

function arrange(v: Variables): Config {
  const production = v.NODE_ENV === 'production';
  return {
    environment: v.NODE_ENV,
    role: v.ROLE,
    dataDir: resolve(v.DATA_DIR),
    http: {
      port: v.PORT,
      // Outside production the first admin has a well-known password: other machines must not reach it by default.
      host: v.HOST ?? (production ? '0.0.0.0' : 'localhost'),
      trustProxy: v.TRUST_PROXY ?? false,
      publicUrl: v.PUBLIC_URL,
      corsOrigins: v.CORS_ORIGINS ?? [],
      bodyMaxBytes: v.BODY_MAX_BYTES,
    },
    database: { url: v.DATABASE_URL, poolMax: v.DATABASE_POOL_MAX },
    requestQueue: { waiting: v.REQUEST_QUEUE_MAX, waitMs: v.REQUEST_QUEUE_SECONDS * 1_000 },
    mongo: v.MONGO_URI === undefined ? undefined : { uri: v.MONGO_URI },
    redis: redisSettings(v),
    auth: {
      jwtSecret: v.JWT_SECRET,
      jwtSecretPrevious: v.JWT_SECRET_PREVIOUS,
      adminPassword: v.ADMIN_PASSWORD,
      accessTokenMinutes: v.ACCESS_TOKEN_MINUTES,
      refreshTokenDays: v.REFRESH_TOKEN_DAYS,
      bcryptCost: v.BCRYPT_COST,
    },
    rateLimit: {
      max: v.RATE_LIMIT_MAX,
      windowMinutes: v.RATE_LIMIT_WINDOW_MINUTES,
      userMax: v.RATE_LIMIT_USER_MAX,
    },
    graphql: {
      introspection: v.INTROSPECTION ?? !production,
      maxTokens: v.MAX_TOKENS,
      maxOperations: v.MAX_OPERATIONS,
      maxDepth: v.MAX_DEPTH,
      maxAliases: v.MAX_ALIASES,
      maxRootFields: v.MAX_ROOT_FIELDS,
      maxDirectives: v.MAX_DIRECTIVES,
      maxListItems: v.MAX_LIST_ITEMS,
      maxCost: v.MAX_COST,
      operationTimeoutSeconds: v.OPERATION_TIMEOUT_SECONDS,
    },
    websocket: {
      operations: v.WS_OPERATIONS,
      frameMaxBytes: v.WS_FRAME_MAX_BYTES,
      subscriptionsPerSocket: v.SUBSCRIPTIONS_PER_SOCKET,
      socketsPerUser: v.SOCKETS_PER_USER,
      socketsPerAddress: v.SOCKETS_PER_ADDRESS,
      subscriberMaxBacklog: v.SUBSCRIBER_MAX_BACKLOG,
    },
    sla: { sweepSeconds: v.SLA_SWEEP_SECONDS, audit: v.SLA_AUDIT },
    retention: { eventLogDays: v.EVENT_LOG_RETENTION_DAYS },
    imports: { maxBytes: v.IMPORT_MAX_BYTES, concurrency: v.IMPORT_CONCURRENCY, chunkRows: v.IMPORT_CHUNK_ROWS },
    metrics: { token: v.METRICS_TOKEN, port: v.METRICS_PORT },
    logging: { level: v.LOG_LEVEL, pretty: v.LOG_PRETTY ?? process.stdout.isTTY === true },
    warnings: warningsAbout(v),
  };
}

function redisSettings(v: Variables): RedisSettings | undefined {
  const address = v.REDIS_URL ?? (v.REDIS_HOST === undefined ? undefined : serverAt(v.REDIS_HOST, v.REDIS_PORT));
  return address && { address, keyPrefix: v.REDIS_KEY_PREFIX, allowEviction: v.REDIS_ALLOW_EVICTION };
}

function serverAt(host: string, port = 6_379): RedisAddress {
  const nobody = { username: undefined, password: undefined, primaryName: undefined };
  return { kind: 'server', hosts: [{ host, port }], tls: false, database: 0, ...nobody };
}

function warningsAbout(v: Variables): string[] {
  const warnings: string[] = [];
  const secretBytes = Buffer.byteLength(v.JWT_SECRET ?? '');
  if (v.JWT_SECRET !== undefined && secretBytes < 32) {
    warnings.push(`JWT_SECRET has ${secretBytes} bytes; production will refuse less than 32.`);
  }
  if (v.JWT_SECRET_PREVIOUS !== undefined) {
    warnings.push(
      'JWT_SECRET_PREVIOUS is set: what it signed is accepted too. Take it out once that has expired (docs/operations.md).',
    );
  }
  if (v.ROLE === 'api' && v.JWT_SECRET === undefined) {
    warnings.push(
      'JWT_SECRET is not set: this API takes only tokens of API processes with the same DATA_DIR; set the same secret for all of them.',
    );
  }
  if (v.METRICS_TOKEN !== undefined && v.METRICS_TOKEN.length < 16) {
    warnings.push('METRICS_TOKEN is short enough to be guessed; use 16 characters or more.');
  }
  return warnings;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  }
  return value;
}
