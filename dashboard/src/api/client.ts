import { type AnyVariables, Client, type CombinedError, fetchExchange, type TypedDocumentNode } from '@urql/core';
import { createAuthorisedFetch } from './authorised-fetch.ts';
import { ApiError, problemOf, unreachable } from './problem.ts';
import { serverClock } from './server-clock.ts';
import { session } from './session.ts';
import { apiTexts } from './texts.ts';

const URL = '/graphql';

async function send(input: RequestInfo | URL, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  const sentAt = Date.now();
  const answer = await fetch(input, { ...init, headers });
  serverClock.learnHeader(answer.headers.get('date'), sentAt, Date.now());
  return answer;
}

const authorisedFetch = createAuthorisedFetch({
  token: () => session.token(),
  refused: (token) => session.refused(token),
  send,
});

/** Keeps nothing: what is on the screen is kept up to date by the events, not by asking again. */
export const client = new Client({
  url: URL,
  exchanges: [fetchExchange],
  fetch: authorisedFetch,
  requestPolicy: 'network-only',
  preferGetMethod: false,
});

/** The problem that urql's error tells of. */
export function problemIn(error: CombinedError): ApiError {
  const { networkError, graphQLErrors } = error;
  if (networkError instanceof ApiError) return networkError;
  const [first] = graphQLErrors;
  return new ApiError(first ? problemOf(first) : unreachable(apiTexts.unreachable));
}

/** Asks once. Throws ApiError; a query and a mutation alike. */
export async function ask<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const context = signal ? { fetchOptions: { signal } } : {};
  const { data, error } = isMutation(document)
    ? await client.mutation(document, variables, context).toPromise()
    : await client.query(document, variables, context).toPromise();
  if (error) throw problemIn(error);
  if (data === undefined) throw new ApiError(unreachable(apiTexts.unreachable));
  return data;
}

function isMutation({ definitions }: Pick<TypedDocumentNode, 'definitions'>): boolean {
  return definitions.some((each) => each.kind === 'OperationDefinition' && each.operation === 'mutation');
}
