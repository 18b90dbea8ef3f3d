import { describe, expect, it } from 'vitest';
import { createAuthorisedFetch, isRefusal } from './authorised-fetch.ts';

const refusal = (field: string) => ({
  data: null,
  errors: [{ message: 'No.', path: [field], extensions: { code: 'UNAUTHENTICATED', requestId: 'r' } }],
});

/** A server that knows some tokens; `answers`: what it says to them. */
function serverWith(valid: string[], answers: (query: string) => unknown) {
  const sent: string[] = [];
  const tokens = ['first', 'second'];
  const authorisedFetch = createAuthorisedFetch({
    token: async () => tokens[0] ?? 'none',
    refused: () => void tokens.shift(),
    send: async (_, { body }, token) => {
      const { query } = JSON.parse(String(body)) as { query: string };
      sent.push(`${token}: ${query}`);
      const field = /(\w+) \{|\{ (\w+)/.exec(query)?.[0]?.replace(/\W/g, '') ?? '';
      return Response.json(valid.includes(token) ? answers(query) : refusal(field));
    },
  });
  const post = async (query: string): Promise<unknown> =>
    (await authorisedFetch('/graphql', { method: 'POST', body: JSON.stringify({ query }) })).json();
  return { post, sent };
}

describe('a request with the token of the session', () => {
  it('is sent again with the next token when the server no longer knows the first', async () => {
    const { post, sent } = serverWith(['second'], () => ({ data: { createTicket: { id: '1' } } }));
    expect(await post('mutation { createTicket }')).toEqual({ data: { createTicket: { id: '1' } } });
    expect(sent).toEqual([
      'first: mutation { createTicket }',
      'first: { me { id } }',
      'second: mutation { createTicket }',
    ]);
  });

  it('is not sent twice when it was the operation that said so: the current password is wrong', async () => {
    const { post, sent } = serverWith(['first', 'second'], (query) =>
      query.includes('changePassword') ? refusal('changePassword') : { data: { me: { id: '1' } } },
    );
    expect(await post('mutation { changePassword }')).toEqual(refusal('changePassword'));
    expect(sent.filter((each) => each.includes('changePassword'))).toHaveLength(1);
  });

  it('is not sent twice for data that speak of a refusal', async () => {
    const answer = { data: { auditEntries: [{ errorCode: 'UNAUTHENTICATED', code: 'UNAUTHENTICATED' }] } };
    const { post, sent } = serverWith(['first'], () => answer);
    expect(await post('{ auditEntries { errorCode code } }')).toEqual(answer);
    expect(sent).toHaveLength(1);
  });
});

it('a refusal is an error of a whole field, and nothing else', () => {
  expect(isRefusal(JSON.stringify(refusal('me')))).toBe(true);
  const deep = { errors: [{ path: ['bulk', 0, 'ticket'], extensions: { code: 'UNAUTHENTICATED' } }] };
  expect(isRefusal(JSON.stringify(deep))).toBe(false);
  expect(isRefusal('UNAUTHENTICATED, but no JSON')).toBe(false);
  expect(isRefusal('{"errors":[{"extensions":{"code":"FORBIDDEN"},"message":"UNAUTHENTICATED"}]}')).toBe(false);
});
