import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

type Variables = Readonly<Record<string, unknown>>;

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string }[];
}

export interface Listening {
  /** Resolves when the server completes the subscription or `stop` is called; rejects with a sentence. */
  readonly done: Promise<void>;
  stop(): void;
}

/** The API as any client sees it: GraphQL over HTTP, uploads by multipart, subscriptions by graphql-ws. */
export interface ApiClient {
  /** Signs in; every later request and subscription carries the token. */
  signIn(email: string, password: string): Promise<void>;
  /** The data of one operation; rejects with a sentence naming the operation. */
  run<T>(document: string, variables?: Variables): Promise<T>;
  /** One operation whose variable `file` is the file at `path`. */
  upload<T>(document: string, path: string): Promise<T>;
  /** Calls `next` with the data of each event, at once as it arrives. */
  listen<T>(document: string, variables: Variables, next: (data: T) => void): Listening;
  close(): Promise<void>;
}

const REQUEST_MS = 30_000;

/** A client of the server at `origin`, like http://localhost:3000. */
export function createApiClient(origin: string): ApiClient {
  const endpoint = `${origin}/graphql`;
  let authorization = '';
  const sockets = createClient({
    url: endpoint.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    // The server is on this machine: when it is gone, it does not come back.
    retryAttempts: 0,
    connectionParams: () => ({ authorization }),
  });

  async function send<T>(document: string, body: string | FormData, headers: Record<string, string>): Promise<T> {
    const name = operationName(document);
    let response: Response;
    let answer: Answer<T>;
    try {
      response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...headers, ...(authorization && { authorization }) },
        body,
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      answer = (await response.json()) as Answer<T>;
    } catch (error) {
      throw new Error(`${name} got no answer from the server (${reason(error)}).`, { cause: error });
    }
    if (answer.errors?.length || !answer.data) {
      throw new Error(`${name} was refused: ${sentence(answer.errors) || `HTTP ${response.status}`}`);
    }
    return answer.data;
  }

  const run = <T>(document: string, variables: Variables = {}): Promise<T> =>
    send<T>(document, JSON.stringify({ query: document, variables, operationName: operationName(document) }), {
      'content-type': 'application/json',
    });

  return {
    run,
    async signIn(email, password) {
      const { login } = await run<{ login: { accessToken: string } }>(
        'mutation SignIn($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
        { email, password },
      );
      authorization = `Bearer ${login.accessToken}`;
    },
    async upload<T>(document: string, path: string) {
      const form = new FormData();
      form.set('operations', JSON.stringify({ query: document, variables: { file: null } }));
      form.set('map', JSON.stringify({ 0: ['variables.file'] }));
      form.set('0', new Blob([await readFile(path)]), basename(path));
      return send<T>(document, form, { 'apollo-require-preflight': '1' });
    },
    listen<T>(document: string, variables: Variables, next: (data: T) => void) {
      const name = operationName(document);
      let stop = (): void => undefined;
      const done = new Promise<void>((resolve, reject) => {
        stop = sockets.subscribe<T>(
          { query: document, variables, operationName: name },
          {
            next: ({ data, errors }) => {
              if (data) next(data);
              if (errors?.length) reject(new Error(`${name} broke off: ${sentence(errors)}`));
            },
            error: (error) => reject(new Error(`${name} broke off: ${reason(error)}.`, { cause: error })),
            complete: resolve,
          },
        );
      });
      // A subscription may fail while nobody waits for it yet; whoever waits later still gets the error.
      done.catch(() => undefined);
      return { done, stop: () => stop() };
    },
    async close() {
      await sockets.dispose();
    },
  };
}

function operationName(document: string): string {
  return /^\s*(?:query|mutation|subscription)\s+(\w+)/.exec(document)?.[1] ?? 'The request';
}

function sentence(errors: Answer<unknown>['errors']): string {
  return (errors ?? []).map(({ message }) => message).join(' ');
}

/** Errors of fetch hide the cause; errors of graphql-ws are lists of GraphQL errors, or the event of a closed socket. */
function reason(error: unknown): string {
  if (Array.isArray(error)) return sentence(error as Answer<unknown>['errors']);
  if (error instanceof Error) return error.cause instanceof Error ? error.cause.message : error.message;
  const { code, reason: why } = (error ?? {}) as { code?: number; reason?: string };
  return code === undefined ? 'the socket failed' : `the socket closed with ${code}${why ? ` ${why}` : ''}`;
}
