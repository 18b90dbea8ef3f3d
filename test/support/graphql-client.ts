import { type Feed, openFeed } from './live-feed.ts';

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code: string; readonly requestId?: string } & Readonly<Record<string, unknown>>;
}

/** What a GraphQL request over HTTP came back with. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly data?: T | null;
  readonly errors?: readonly AnswerError[];
}

export type Variables = Readonly<Record<string, unknown>>;

/** A caller got an answer with errors where it wanted data. */
export class GraphqlFailure extends Error {
  override readonly name = 'GraphqlFailure';

  constructor(readonly errors: readonly AnswerError[]) {
    super(JSON.stringify(errors));
  }

  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}

/** Calls the API with one access token, or with none. */
export interface GraphqlCaller {
  readonly token: string | null;
  /** The data of an operation; GraphqlFailure when there are errors. */
  ask<T = Record<string, unknown>>(query: string, variables?: Variables): Promise<T>;
  /** Whatever an operation is answered with. */
  send<T = Record<string, unknown>>(query: string, variables?: Variables): Promise<Answer<T>>;
  /** Sends a file as the variable "file", by the GraphQL multipart request specification. */
  upload<T = Record<string, unknown>>(query: string, file: UploadedFile, headers?: Variables): Promise<Answer<T>>;
  /** Subscribes over a WebSocket of its own. */
  subscribe<T = Record<string, unknown>>(query: string, variables?: Variables): Feed<T>;
  /** GET of any path. */
  get(path: string): Promise<Response>;
}

export interface UploadedFile {
  readonly bytes: Uint8Array;
  readonly name: string;
}

const PREFLIGHT = { 'apollo-require-preflight': '1' };

export function createCaller(base: string, token: string | null): GraphqlCaller {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const post = async <T>(body: string | FormData, headers: object): Promise<Answer<T>> => {
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: { ...authorization, ...headers },
      body,
    });
    const text = await response.text();
    return { status: response.status, ...JSON.parse(text) };
  };
  const send = <T>(query: string, variables: Variables = {}) =>
    post<T>(JSON.stringify({ query, variables }), { 'content-type': 'application/json' });

  return {
    token,
    send,
    async ask<T>(query: string, variables: Variables = {}): Promise<T> {
      const { data, errors } = await send<T>(query, variables);
      if (errors || !data) throw new GraphqlFailure(errors ?? []);
      return data;
    },
    async upload<T>(query: string, file: UploadedFile, headers: Variables = PREFLIGHT) {
      const form = new FormData();
      form.set('operations', JSON.stringify({ query, variables: { file: null } }));
      form.set('map', JSON.stringify({ 0: ['variables.file'] }));
      form.set('0', new Blob([new Uint8Array(file.bytes)]), file.name);
      return post<T>(form, headers);
    },
    subscribe: <T>(query: string, variables: Variables = {}) =>
      openFeed<T>(`${base.replace('http', 'ws')}/graphql`, authorization, { query, variables }),
    get: (path: string) => fetch(`${base}${path}`, { headers: authorization }),
  };
}
