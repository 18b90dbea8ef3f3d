import pg from 'pg';
import type { Logger, ProcessWakeUp } from '../../application/runtime.ts';

const CHANNEL = 'techsupport_news';
/** Announcements are joined: one NOTIFY at most this often. NOTIFY serialises commits when sent inside transactions. */
const COALESCE_MS = 5;
const RECONNECT_MS = 1_000;

/** LISTEN/NOTIFY as the wake-up between processes, on a connection of its own; listeners in this process are called directly. */
export class PostgresWakeUp implements ProcessWakeUp {
  readonly #url: string;
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  #client: pg.Client | null = null;
  #connecting: Promise<void> | null = null;
  #pending: NodeJS.Timeout | null = null;
  #unsent = false;
  #retry: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  /** Connects; when the server goes away later it connects again by itself. */
  start(): Promise<void> {
    return this.#connect();
  }

  /** Whether other processes' announcements reach this one now. */
  get isListening(): boolean {
    return this.#client !== null;
  }

  announce(): void {
    this.#tell();
    this.#unsent = true;
    this.#pending ??= setTimeout(() => void this.#notify(), COALESCE_MS);
  }

  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#pending) clearTimeout(this.#pending);
    if (this.#retry) clearTimeout(this.#retry);
    this.#listeners.clear();
    await this.#connecting?.catch(() => undefined);
    await this.#client?.end().catch(() => undefined);
  }

  /** One NOTIFY at a time; what is announced while it is under way goes with the next. */
  async #notify(): Promise<void> {
    this.#unsent = false;
    // A lost notification costs the others one poll interval, never an event.
    await this.#client?.query(`NOTIFY ${CHANNEL}`).catch(() => undefined);
    this.#pending = this.#unsent && !this.#stopped ? setTimeout(() => void this.#notify(), COALESCE_MS) : null;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #connect(): Promise<void> {
    this.#connecting = (async () => {
      const client = new pg.Client({
        connectionString: this.#url,
        application_name: 'techsupport-wake-up',
        connectionTimeoutMillis: 5_000,
        keepAlive: true,
      });
      client.on('notification', () => this.#tell());
      client.on('error', () => undefined);
      client.on('end', () => this.#reconnect(client));
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#client = client;
      // Whatever was announced while nobody listened.
      this.#tell();
    })();
    return this.#connecting;
  }

  #reconnect(from: pg.Client): void {
    if (this.#client === from) this.#client = null;
    if (this.#stopped || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#connect().catch((error: unknown) => {
        this.#log.warn(
          { err: error },
          'the wake-up connection is lost; live events are found by polling until it is back',
        );
        this.#reconnect(from);
      });
    }, RECONNECT_MS);
  }
}
