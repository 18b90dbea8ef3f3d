import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, plainRequest } from './edge-server.ts';

export const PREFLIGHT = { 'apollo-require-preflight': '1' };
export const JSON_BODY = { 'content-type': 'application/json' };

/** What came back, to the letter. */
export interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly answer: Answer;
}

/** Requests to /graphql of the server at `url()`, with exactly the headers that are given. */
export function graphqlRequests(url: () => string) {
  const call = async (method: string, path: string, headers: Record<string, string>, body?: string): Promise<Reply> => {
    const sent = await plainRequest(url() + path, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: sent.status, headers: sent.headers, answer: sent.text === '' ? {} : JSON.parse(sent.text) };
  };
  return {
    call,
    post: (payload: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
      call('POST', '/graphql', { ...JSON_BODY, ...headers }, JSON.stringify(payload)),
    get: (parameters: Record<string, string>, headers: Record<string, string> = PREFLIGHT): Promise<Reply> =>
      call('GET', `/graphql?${new URLSearchParams(parameters)}`, headers),
  };
}

/** The code of each error. */
export function codes({ answer }: Reply): unknown[] {
  return (answer.errors ?? []).map(({ extensions }) => extensions.code);
}

/** What the errors name as wrong. */
export function paths({ answer }: Reply): unknown[] {
  const fields = (answer.errors ?? []).map(({ extensions }) => (extensions.fields ?? []) as { path: string }[]);
  return fields.flat().map(({ path }) => path);
}
