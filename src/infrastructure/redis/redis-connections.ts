import type { Logger } from '../../application/runtime.ts';
import { type RedisSettings, redisPlace } from '../../config-redis.ts';
import { StartupError } from '../../startup-error.ts';
import { checkRedis } from './check-redis.ts';
import { inTime } from './in-time.ts';
import { createRedisClient, type RedisClient, type RedisUse } from './redis-client.ts';

/** How long a start waits for Redis before it goes on without. */
const FIRST_CONTACT_MS = 2_000;
/** How soon a server is noticed that is gone without a word. */
const HEARTBEAT_MS = 5_000;
const GOODBYE_MS = 500;

/** What Redis answers to those whom no patience will help. */
const REFUSAL = /^(WRONGPASS|NOAUTH|NOPERM)|invalid (username|password)|without any password|DB index|certificate|SSL/i;

/**
 * This process's connections to Redis. Redis away is not an error here: it is said once in the log, `isReachable` turns
 * false, and everything connects again by itself.
 */
export class RedisConnections {
  /** For short commands: they fail at once while Redis is away. */
  readonly commands: RedisClient;
  readonly keyPrefix: string;
  readonly #settings: RedisSettings;
  readonly #logger: Logger;
  readonly #beating: RedisClient[] = [];
  readonly #clients: RedisClient[] = [];
  readonly #onBack = new Set<() => void>();
  readonly #onAway = new Set<() => void>();
  readonly #heartbeat: NodeJS.Timeout;
  #lastError: Error | undefined;
  #problem: string | undefined;
  #state: 'starting' | 'there' | 'away' | 'closed' = 'starting';

  private constructor(settings: RedisSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.keyPrefix = settings.keyPrefix;
    this.commands = this.connect('commands');
    this.commands.on('ready', () => this.#hasCome());
    this.commands.on('close', () => this.#hasGone());
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /**
   * Connects, and checks the server when it answers within 2 s; later checks only log. Throws a StartupError for a server
   * that refuses us or would lose jobs.
   */
  static async open(settings: RedisSettings, logger: Logger): Promise<RedisConnections> {
    const connections = new RedisConnections(settings, logger);
    try {
      await connections.#makeContact();
    } catch (error) {
      await connections.close();
      throw error;
    }
    return connections;
  }

  /** Whether Redis answered when last asked; a server that hangs is noticed after some seconds. */
  get isReachable(): boolean {
    return this.commands.status === 'ready';
  }

  /** A sentence about a server that works, but should not be used as it is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Calls `listener` whenever Redis is there again after it was away. */
  onBack(listener: () => void): void {
    this.#onBack.add(listener);
  }

  /** Resolves when Redis is found to be away; at once if it is. */
  untilAway(): Promise<void> {
    if (!this.isReachable) return Promise.resolve();
    return new Promise((resolve) => this.#onAway.add(resolve));
  }

  /** A connection of its own, closed with the others. */
  connect(use: RedisUse): RedisClient {
    const client = createRedisClient(this.#settings, use);
    // Without a listener an error would end the process.
    client.on('error', (error: Error) => {
      this.#lastError = error;
    });
    client.on('node error', (error: Error) => {
      this.#lastError = error;
    });
    this.#clients.push(client);
    if (use !== 'jobs') this.#beating.push(client);
    return client;
  }

  /** Says goodbye on connections that stand, and drops the others. Again: the same. */
  async close(): Promise<void> {
    this.#state = 'closed';
    clearInterval(this.#heartbeat);
    const clients = this.#clients.splice(0);
    const goodbyes = clients.filter(({ status }) => status === 'ready').map((client) => client.quit());
    // A connection that breaks just now keeps its goodbye for the next one.
    await inTime(Promise.allSettled(goodbyes), GOODBYE_MS).catch(() => undefined);
    for (const client of clients) client.disconnect();
  }

  async #makeContact(): Promise<void> {
    const isThere = await this.#firstAnswer();
    const refusal = this.#lastError && REFUSAL.test(reasonOf(this.#lastError)) ? this.#lastError : undefined;
    if (refusal) {
      const redis = `Redis at ${redisPlace(this.#settings.address)}`;
      throw new StartupError(
        `${redis} refuses this server (${reasonOf(refusal)}): check user, password, database and TLS in REDIS_URL.`,
        { cause: refusal },
      );
    }
    if (isThere) await this.#check();
    else this.#isAway('Redis cannot be reached');
  }

  /** True once the connection is ready; false when it was refused or is still not there after 2 s. */
  #firstAnswer(): Promise<boolean> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => resolve(false), FIRST_CONTACT_MS);
      const settle = (isThere: boolean) => {
        clearTimeout(patience);
        resolve(isThere);
      };
      this.commands.once('ready', () => settle(true));
      this.commands.on('error', (error: Error) => {
        if (REFUSAL.test(reasonOf(error))) settle(false);
      });
    });
  }

  async #check(): Promise<void> {
    this.#problem = undefined;
    for (const warning of await checkRedis(this.commands, this.#settings)) {
      this.#logger.warn({}, warning);
    }
  }

  #hasCome(): void {
    const isBack = this.#state === 'away';
    if (this.#state !== 'closed') this.#state = 'there';
    this.#lastError = undefined;
    if (!isBack) return;
    this.#logger.info({ redis: redisPlace(this.#settings.address) }, 'Redis is there again');
    // It may be another server by now, or one that was set up differently.
    this.#check().catch((error: unknown) => {
      this.#problem = error instanceof StartupError ? error.message : undefined;
      this.#logger.error({ err: error }, 'Redis is not as it should be');
    });
    for (const listener of this.#onBack) listener();
  }

  #hasGone(): void {
    if (this.#state === 'there') this.#isAway('Redis is away');
  }

  #isAway(sentence: string): void {
    this.#state = 'away';
    const fields = { redis: redisPlace(this.#settings.address), err: this.#lastError };
    this.#logger.warn(fields, `${sentence}; queue work waits until it is back, all else goes on`);
    for (const listener of this.#onAway) listener();
    this.#onAway.clear();
  }

  #beat(): void {
    // An answer that does not come closes the connection, which is then opened anew.
    for (const client of this.#beating) client.ping().catch(() => undefined);
  }
}

/** The words of an error; of a cluster, those of the node that failed. */
function reasonOf(error: Error): string {
  const inner = (error as { lastNodeError?: unknown }).lastNodeError;
  return inner instanceof Error ? inner.message : error.message;
}
