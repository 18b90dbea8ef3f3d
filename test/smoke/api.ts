import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

type Variables = Readonly<Record<string, unknown>>;

/** The first error of an answer, as far as clients may rely on it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly code: string;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** One caller of the API at `origin`; without a token, nobody. */
export class Api {
  constructor(
    readonly origin: string,
    readonly token: string | null = null,
  ) {}

  /** The same server, signed in. */
  async as(email: string, password: string): Promise<Api> {
    const { login } = await this.run<{ login: { accessToken: string } }>(
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
      { email, password },
    );
    return new Api(this.origin, login.accessToken);
  }

  /** The same caller, where the server listens now. */
  at(origin: string): Api {
    return new Api(origin, this.token);
  }

  async run<T>(query: string, variables: Variables = {}): Promise<T> {
    return dataOf<T>(await this.post(query, variables));
  }

  async upload<T>(query: string, path: string): Promise<T> {
    return dataOf<T>(await this.postFile(query, basename(path), await readFile(path)));
  }

  /** What an operation that must fail is refused with. */
  async refusal(query: string, variables: Variables = {}): Promise<Refusal> {
    return refusalOf(await this.post(query, variables));
  }

  /** What an upload that must fail is refused with. */
  async uploadRefusal(query: string, content: Buffer, headers: Record<string, string>): Promise<Refusal> {
    return refusalOf(await this.postFile(query, 'tickets.xlsx', content, headers));
  }

  get(path: string): Promise<Response> {
    return fetch(`${this.origin}${path}`);
  }

  /** Follows a subscription on a socket of its own. */
  follow<T>(query: string, variables: Variables = {}): Follower<T> {
    return new Follower<T>(this, query, variables);
  }

  private post(query: string, variables: Variables): Promise<Response> {
    return fetch(`${this.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.authorization() },
      body: JSON.stringify({ query, variables }),
    });
  }

  private postFile(
    query: string,
    name: string,
    content: Buffer,
    headers: Record<string, string> = { 'apollo-require-preflight': '1' },
  ): Promise<Response> {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query, variables: { file: null } }));
    form.set('map', JSON.stringify({ 0: ['variables.file'] }));
    form.set('0', new Blob([new Uint8Array(content)]), name);
    return fetch(`${this.origin}/graphql`, {
      method: 'POST',
      headers: { ...headers, ...this.authorization() },
      body: form,
    });
  }

  authorization(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }
}

/** What a subscription has brought, in order, with the time of its arrival. */
export class Follower<T> {
  readonly received: { readonly value: T; readonly at: number }[] = [];
  /** Resolves when the server has acknowledged the socket; rejects when the subscription ends before. */
  readonly opened: Promise<void>;
  /** The code that the socket was closed with. */
  readonly closed: Promise<number>;
  /** Resolves when the server completes the subscription; rejects when it or the socket ends otherwise. */
  readonly completed: Promise<void>;
  private readonly client: ReturnType<typeof createClient>;

  constructor(api: Api, query: string, variables: Variables) {
    let acknowledge: () => void;
    const acknowledged = new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
    let tellClosed: (code: number) => void;
    this.closed = new Promise((resolve) => {
      tellClosed = resolve;
    });
    this.client = createClient({
      url: `${api.origin.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: api.authorization(),
      retryAttempts: 0,
      on: { connected: () => acknowledge(), closed: (event) => tellClosed((event as { code: number }).code) },
    });
    this.completed = new Promise((resolve, reject) => {
      this.client.subscribe<Record<string, T>>(
        { query, variables },
        {
          next: ({ data, errors }) => {
            const at = Date.now();
            if (errors) return reject(new Error(JSON.stringify(errors)));
            for (const value of Object.values(data ?? {})) this.received.push({ value, at });
          },
          error: (error) => reject(error instanceof Error ? error : new Error(JSON.stringify(error))),
          complete: resolve,
        },
      );
    });
    this.completed.catch(() => undefined);
    this.opened = Promise.race([acknowledged, this.completed]);
    this.opened.catch(() => undefined);
  }

  get values(): T[] {
    return this.received.map(({ value }) => value);
  }

  /** Cuts the connection, as a lost network does. */
  cut(): void {
    this.client.terminate();
  }
}

async function dataOf<T>(response: Response): Promise<T> {
  const { data, errors } = (await response.json()) as Answer;
  if (errors) throw new Error(`${response.status}: ${JSON.stringify(errors)}`);
  return data as T;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const { errors } = (await response.json()) as Answer;
  const [first] = errors ?? [];
  assert(first, 'It was not refused.');
  const extensions = first.extensions ?? {};
  assert.equal(typeof extensions.requestId, 'string', 'The error carries a requestId.');
  return {
    status: response.status,
    headers: response.headers,
    code: String(extensions.code),
    message: first.message,
    extensions,
  };
}
