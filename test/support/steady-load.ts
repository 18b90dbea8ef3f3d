import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphqlCaller } from './graphql-client.ts';

const AGAIN_MS = 50;
const CREATE = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }';

export interface LoadOptions {
  /** Somebody who may write, at the n-th API. */
  readonly caller: (n: number) => GraphqlCaller;
  readonly clientId: string;
  /** How many work at a time, each with `pauseMs` between its mutations. */
  readonly clients: number;
  readonly pauseMs: number;
}

/** Clients that open tickets one after another. What is not acknowledged they send again with the same id, perhaps to another API. */
export class SteadyLoad {
  /** Ids of tickets whose mutation was answered. */
  readonly acknowledged: string[] = [];
  /** Requests that were refused or broke. */
  refused = 0;
  readonly #options: LoadOptions;
  readonly #running: Promise<void>[];
  #stopped = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#running = Array.from({ length: options.clients }, (_, n) => this.#work(n));
  }

  /** Starts nothing new; resolves when all that was begun is acknowledged. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #work(first: number): Promise<void> {
    for (let n = first; !this.#stopped; n += 1) {
      const id = randomUUID();
      await this.#create(id, n);
      this.acknowledged.push(id);
      await delay(this.#options.pauseMs);
    }
  }

  async #create(id: string, n: number): Promise<void> {
    const { caller, clientId } = this.#options;
    const input = { id, clientId, title: 'Printer on fire', description: 'It smokes.', priority: 3 };
    for (let attempt = n; ; attempt += 1) {
      try {
        await caller(attempt).ask(CREATE, { input });
        return;
      } catch (error) {
        this.refused += 1;
        if (isFinal(error)) throw error;
        await delay(AGAIN_MS);
      }
    }
  }
}

/** An answer that the same request would get again; all else is a process that ends, or a store that is away. */
function isFinal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['VALIDATION_FAILED', 'FORBIDDEN', 'UNAUTHENTICATED', 'CONFLICT', 'INTERNAL'].includes(code);
}
