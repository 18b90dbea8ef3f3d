import { isIP } from 'node:net';
import * as z from 'zod';
import { parseRedisUrl, type RedisAddress } from './config-redis.ts';

// A message continues the variable's name: "PORT" + "must be …". A variable set to nothing counts as not set.

const raw = z.string().optional();

function variable<T>(parse: (text: string, fail: (message: string) => void) => T | undefined, defaultText?: string) {
  return raw
    .transform((text, context) => {
      const given = text?.trim() ? text : defaultText;
      if (given === undefined) return undefined;
      return parse(given, (message) => context.addIssue({ code: 'custom', message }));
    })
    .meta({ default: defaultText ?? '' });
}

/** With a default the value is never missing; zod cannot know. */
function withDefault<T>(parse: (text: string, fail: (message: string) => void) => T | undefined, defaultText: string) {
  return variable(parse, defaultText)
    .transform((value) => value as T)
    .meta({ default: defaultText });
}

function integer(min: number, max: number) {
  return (text: string, fail: (message: string) => void): number | undefined => {
    const value = Number(text);
    if (/^\s*\d+\s*$/.test(text) && value >= min && value <= max) return value;
    fail(`must be a whole number from ${min} to ${max}, but is "${text}".`);
    return undefined;
  };
}

const number = (defaultValue: number, min: number, max: number) => withDefault(integer(min, max), String(defaultValue));

function oneOf<T extends string>(...values: T[]) {
  return (text: string, fail: (message: string) => void): T | undefined => {
    const found = values.find((value) => value === text.trim().toLowerCase());
    if (found === undefined) fail(`must be one of ${values.join(', ')}, but is "${text}".`);
    return found;
  };
}

function flag(text: string, fail: (message: string) => void): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  fail(`must be true or false, but is "${text}".`);
  return undefined;
}

const words = (text: string) => text.trim();
const secret = (text: string) => text;

function databaseUrl(text: string, fail: (message: string) => void): string | undefined {
  const url = text.trim();
  if (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)) return url;
  // The value is not shown: it may hold a password.
  fail(
    'must look like postgres://user:password@host:5432/database, with special characters in the password percent-encoded.',
  );
  return undefined;
}

function redisUrl(text: string, fail: (message: string) => void): RedisAddress | undefined {
  const address = parseRedisUrl(text);
  if (address) return address;
  // The value is not shown: it may hold a password.
  fail(
    'must look like redis://user:password@host:6379/0, redis-cluster://host:6379,host:6379 or redis-sentinel://host:26379,host:26379/primary-name ("rediss" for TLS), with special characters in the password percent-encoded.',
  );
  return undefined;
}

function keyPrefix(text: string, fail: (message: string) => void): string | undefined {
  const prefix = text.trim();
  if (/^\{[\w.-]{1,64}\}$/.test(prefix)) return prefix;
  fail(
    `must be a name of letters, digits, "-", "_" and "." in braces, like {techsupport}, so that a cluster keeps all keys of a queue together, but is "${text}".`,
  );
  return undefined;
}

function mongoUri(text: string, fail: (message: string) => void): string | undefined {
  const uri = text.trim();
  if (/^mongodb(\+srv)?:\/\/[^/?]+(\/|$)/.test(uri)) return uri;
  // The value is not shown: it may hold a password.
  fail(
    'must look like mongodb://user:password@host:27017/techsupport, with special characters in the password percent-encoded.',
  );
  return undefined;
}

function adminPassword(text: string, fail: (message: string) => void): string | undefined {
  const bytes = Buffer.byteLength(text);
  if ([...text].length >= 8 && bytes <= 72) return text;
  fail(`must have at least 8 characters and at most 72 bytes, but has ${[...text].length} characters, ${bytes} bytes.`);
  return undefined;
}

function origins(text: string, fail: (message: string) => void): string[] | undefined {
  const list = commaList(text);
  const wrong = list.filter((item) => !URL.canParse(item) || new URL(item).origin !== item);
  if (wrong.length === 0) return list;
  fail(
    `must list origins like https://desk.example.com, without path or closing slash and separated by commas, but holds ${quoted(wrong)}.`,
  );
  return undefined;
}

/** Without a closing slash, so that a path can follow. */
function publicUrl(text: string, fail: (message: string) => void): string | undefined {
  const given = text.trim();
  const url = /^https?:\/\/[^\s?#@]+$/i.test(given) && URL.canParse(given) ? new URL(given) : undefined;
  if (url) return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  // The value is not shown: it may hold a password.
  fail('must be where callers reach the API, like https://desk.example.com, without a user, a query or a fragment.');
  return undefined;
}

/** No count of hops: Fastify has disabled that, since anyone who reaches the server directly could forge an address. */
function trustProxy(text: string, fail: (message: string) => void): string | undefined {
  const list = commaList(text);
  const wrong = list.filter((item) => !isProxyAddress(item));
  if (wrong.length === 0) return list.join(',');
  fail(
    `must list the addresses or networks of the proxies in front, like "loopback" or "10.0.0.0/8, 192.168.1.7", but holds ${quoted(wrong)}.`,
  );
  return undefined;
}

/** An address, a network that is not the whole internet, or one of the names that Fastify knows. */
function isProxyAddress(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  const [address = '', bits, more] = item.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128);
}

function commaList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function quoted(items: string[]): string {
  return items.map((item) => `"${item}"`).join(', ');
}

/** Every variable that is read, with its default; `.env.example` documents the same list and a test compares them. */
export const variables = z.object({
  NODE_ENV: withDefault(oneOf('development', 'production', 'test'), 'development'),
  ROLE: withDefault(oneOf('all', 'api', 'worker'), 'all'),
  PORT: number(3000, 0, 65_535),
  HOST: variable(words),
  DATA_DIR: withDefault(words, '.data'),
  TRUST_PROXY: variable(trustProxy),
  PUBLIC_URL: variable(publicUrl),
  CORS_ORIGINS: variable(origins),
  BODY_MAX_BYTES: number(1_048_576, 1_024, 67_108_864),

  DATABASE_URL: variable(databaseUrl),
  DATABASE_POOL_MAX: number(20, 2, 500),
  REQUEST_QUEUE_MAX: number(1_000, 0, 1_000_000),
  REQUEST_QUEUE_SECONDS: number(5, 1, 300),

  MONGO_URI: variable(mongoUri),

  REDIS_URL: variable(redisUrl),
  REDIS_HOST: variable(words),
  REDIS_PORT: variable(integer(1, 65_535)),
  REDIS_KEY_PREFIX: withDefault(keyPrefix, '{techsupport}'),
  REDIS_ALLOW_EVICTION: withDefault(flag, 'false'),

  JWT_SECRET: variable(secret),
  JWT_SECRET_PREVIOUS: variable(secret),
  ADMIN_PASSWORD: variable(adminPassword),
  ACCESS_TOKEN_MINUTES: number(15, 1, 1_440),
  REFRESH_TOKEN_DAYS: number(30, 1, 365),
  BCRYPT_COST: number(12, 4, 16),

  RATE_LIMIT_MAX: number(100, 0, 1_000_000),
  RATE_LIMIT_WINDOW_MINUTES: number(15, 1, 1_440),
  RATE_LIMIT_USER_MAX: number(3_000, 0, 10_000_000),

  INTROSPECTION: variable(flag),
  MAX_TOKENS: number(5_000, 100, 1_000_000),
  MAX_OPERATIONS: number(50, 1, 10_000),
  MAX_DEPTH: number(15, 1, 1_000),
  MAX_ALIASES: number(30, 0, 10_000),
  MAX_ROOT_FIELDS: number(20, 1, 10_000),
  MAX_DIRECTIVES: number(50, 0, 10_000),
  MAX_LIST_ITEMS: number(1_000, 1, 1_000_000),
  MAX_COST: number(20_000, 1, 1_000_000_000),
  OPERATION_TIMEOUT_SECONDS: number(10, 1, 300),

  WS_OPERATIONS: withDefault(oneOf('subscriptions', 'all'), 'subscriptions'),
  WS_FRAME_MAX_BYTES: number(131_072, 1_024, 67_108_864),
  SUBSCRIPTIONS_PER_SOCKET: number(100, 1, 100_000),
  SOCKETS_PER_USER: number(20, 1, 1_000_000),
  SOCKETS_PER_ADDRESS: number(10_000, 1, 1_000_000),
  SUBSCRIBER_MAX_BACKLOG: number(10_000, 1, 1_000_000),

  SLA_SWEEP_SECONDS: number(15, 1, 3_600),
  SLA_AUDIT: withDefault(flag, 'true'),

  EVENT_LOG_RETENTION_DAYS: number(0, 0, 36_500),

  IMPORT_MAX_BYTES: number(104_857_600, 1_024, 4_294_967_296),
  IMPORT_CONCURRENCY: number(10, 1, 100),
  IMPORT_CHUNK_ROWS: number(2_000, 1, 10_000),

  METRICS_TOKEN: variable(secret),
  METRICS_PORT: variable(integer(1, 65_535)),
  LOG_LEVEL: withDefault(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'info'),
  LOG_PRETTY: variable(flag),
});

/** What the variables say, before defaults that depend on one another. */
export type Variables = z.infer<typeof variables>;

/** The default of each variable as text; empty where there is none or it depends on something else. */
export function variableDefaults(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables.shape).map(([name, schema]) => [name, String(schema.meta()?.default)]),
  );
}
