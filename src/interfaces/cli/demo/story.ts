import type { ApiClient } from './api-client.ts';
import type { Terminal } from './terminal.ts';

/** What every part of the story needs. */
export interface Scene {
  readonly api: ApiClient;
  readonly terminal: Terminal;
  /** Aborted when the story is over, however it ended: nothing waits any longer then. */
  readonly over: AbortSignal;
  /** Keeps `undo` for the end of the story, also of one that was cut short. */
  readonly atEnd: (undo: () => Promise<unknown>) => void;
}

export interface DemoClient {
  readonly id: string;
  readonly name: string;
  readonly tier: 'VIP' | 'NORMAL';
}

export interface DemoUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}
