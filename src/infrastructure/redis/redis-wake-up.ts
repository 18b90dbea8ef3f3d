import { randomUUID } from 'node:crypto';
import type { Logger, ProcessWakeUp } from '../../application/runtime.ts';
import type { RedisClient } from './redis-client.ts';
import type { RedisConnections } from './redis-connections.ts';

/** Announcements are joined: the first goes out at once, the next at most this often. */
const COALESCE_MS = 5;
/** How long a start waits for the subscription; without it events are found by polling. */
const START_MS = 2_000;

/** Redis pub/sub as the wake-up between processes; listeners in this process are called directly. */
export class RedisWakeUp implements ProcessWakeUp {
  readonly #redis: RedisConnections;
  readonly #log: Logger;
  readonly #channel: string;
  readonly #listeners = new Set<() => void>();
  /** What this process sends, so that it does not listen to itself. */
  readonly #self = randomUUID();
  #subscriber: RedisClient | null = null;
  #isSubscribed = false;
  #pause: NodeJS.Timeout | null = null;
  #unsent = false;
  #stopped = false;

  constructor(redis: RedisConnections, log: Logger) {
    this.#redis = redis;
    this.#log = log;
    this.#channel = `${redis.keyPrefix}:news`;
  }

  /** Subscribes, now or, while Redis is away, as soon as it is there. */
  async start(): Promise<void> {
    const subscriber = this.#redis.connect('news');
    this.#subscriber = subscriber;
    subscriber.on('message', (_channel: string, from: string) => {
      if (from !== this.#self) this.#tell();
    });
    subscriber.on('close', () => {
      this.#isSubscribed = false;
    });
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, START_MS);
      const subscribe = async (): Promise<void> => {
        await this.#subscribe(subscriber);
        clearTimeout(patience);
        resolve();
      };
      subscriber.on('ready', subscribe);
      // In a cluster the node that is listened to may change while the rest stays.
      subscriber.on('+subscriber', () => {
        if (subscriber.status === 'ready') void subscribe();
      });
    });
  }

  /** Whether other processes' announcements reach this one now. */
  get isListening(): boolean {
    return this.#isSubscribed;
  }

  announce(): void {
    this.#tell();
    if (this.#pause) this.#unsent = true;
    else if (!this.#stopped) this.#publish();
  }

  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#isSubscribed = false;
    if (this.#pause) clearTimeout(this.#pause);
    this.#listeners.clear();
    this.#subscriber?.disconnect();
  }

  #publish(): void {
    this.#unsent = false;
    // A lost announcement costs the others one poll interval, never an event.
    this.#redis.commands.publish(this.#channel, this.#self).catch(() => undefined);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#unsent && !this.#stopped) this.#publish();
    }, COALESCE_MS);
  }

  async #subscribe(subscriber: RedisClient): Promise<void> {
    try {
      await subscriber.subscribe(this.#channel);
      this.#isSubscribed = true;
      // Whatever was announced while nobody listened.
      this.#tell();
    } catch (error) {
      if (!this.#stopped) this.#log.warn({ err: error }, 'news of other processes cannot be listened to just now');
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
