import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { forgedTokens } from './support/forged-tokens.ts';
import { codeOf, JWT_SECRET, startTestServer, type TestServer } from './support/server.ts';

const ME = '{ me { id } }';
const EVENTS = 'subscription { ticketEvents { id } }';

let server: TestServer;
let forged: ReturnType<typeof forgedTokens>;
/** How often somebody came to fetch keys. */
let fetched = 0;
const keys = createServer((_, response) => {
  fetched += 1;
  response.end('{"keys":[]}');
});
beforeAll(async () => {
  server = await startTestServer();
  await once(keys.listen(0, '127.0.0.1'), 'listening');
  const { id: userId, token, refreshToken } = server.admin;
  const [row] = await server.sql<{ session_epoch: number }>('SELECT session_epoch FROM users WHERE id = $1', [userId]);
  forged = forgedTokens({
    secret: JWT_SECRET,
    userId,
    sessionEpoch: row?.session_epoch ?? 0,
    accessToken: token ?? '',
    refreshToken,
    keysUrl: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/keys`,
  });
});
afterAll(async () => {
  keys.close();
  await server[Symbol.asyncDispose]();
});

/** How the server ends a socket that introduces itself so. */
async function closing(payload: unknown): Promise<{ code: number; frames: string[] }> {
  const socket = new WebSocket(`${server.base.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const frames: string[] = [];
  socket.on('message', (data) => {
    frames.push(String(data));
    socket.close();
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  const [code] = (await once(socket, 'close')) as [number];
  return { code, frames };
}

describe('a forged token', () => {
  it('signs nobody in over HTTP, whatever is wrong with it', async () => {
    const before = codeOf(await server.admin.send(ME));
    expect(before).toBe(null);
    for (const [name, token] of forged) {
      const answer = await server.as(token).send(ME);
      expect([name, answer.status, codeOf(answer), answer.data]).toEqual([name, 200, 'UNAUTHENTICATED', null]);
    }
  });

  it('ends a WebSocket with 4403 before it is acknowledged, whatever is wrong with it', async () => {
    for (const [name, token] of forged) {
      const { code, frames } = await closing({ authorization: `Bearer ${token}` });
      expect([name, code, frames]).toEqual([name, 4403, []]);
    }
  });

  it('fetches no key and leaves nothing in the log', () => {
    expect(forged.length).toBeGreaterThan(60);
    expect(fetched).toBe(0);
    expect(server.log).toEqual([]);
  });

  it('with everything right is no forgery', async () => {
    const token = await server.shortToken(server.admin, 60);
    expect(codeOf(await server.as(token).send(ME))).toBe(null);
    const feed = server.as(token).subscribe(EVENTS);
    await server.admin.ask('mutation { createClient(input: { name: "Heard" }) { id } }');
    await feed.stop();
    expect(await feed.ended).toEqual({ kind: 'complete' });
  });
});

describe('what is no bearer token', () => {
  const headers = (token: string): Record<string, string> => ({
    'no scheme': token,
    'another scheme': `Basic ${token}`,
    'two tokens': `Bearer ${token} ${token}`,
    'two tokens with a comma': `Bearer ${token}, Bearer ${token}`,
    'a quoted token': `Bearer "${token}"`,
    'a scheme alone': 'Bearer',
    'a scheme and a blank': 'Bearer ',
  });

  it('signs nobody in over HTTP', async () => {
    for (const [name, authorization] of Object.entries(headers(server.admin.token ?? ''))) {
      const response = await fetch(`${server.base}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: ME }),
      });
      const answer = (await response.json()) as { errors: { extensions: { code: string } }[] };
      expect([name, response.status, answer.errors[0]?.extensions.code]).toEqual([name, 200, 'UNAUTHENTICATED']);
    }
  });

  it('ends a WebSocket with 4403', async () => {
    const token = server.admin.token ?? '';
    const wrong: Record<string, unknown> = {
      ...headers(token),
      'a list': [`Bearer ${token}`],
      'an object': { token },
      'a number': 1,
    };
    for (const [name, authorization] of Object.entries(wrong)) {
      expect([name, (await closing({ authorization })).code]).toEqual([name, 4403]);
    }
    expect((await closing({ authorization: `Bearer ${'x'.repeat(100_000)}` })).code).toBe(4403);
  });
});

/** Sends a request as text and reads what comes until the connection ends. */
async function raw(text: string): Promise<string> {
  const { port, hostname } = new URL(server.base);
  const socket = connect(Number(port), hostname);
  // The server may hang up while it is still being sent.
  socket.on('error', () => {});
  let received = '';
  socket.setEncoding('latin1').on('data', (data) => {
    received += data;
  });
  socket.write(text);
  await once(socket, 'close');
  return received;
}

describe('headers', () => {
  const head = (...lines: string[]) =>
    ['POST /graphql HTTP/1.1', 'host: x', 'content-type: application/json', 'connection: close', ...lines, '', ''].join(
      '\r\n',
    );

  it.each([100_000, 1_000_000])('of %i bytes are refused with 431, and the server goes on', async (bytes) => {
    const answer = await raw(head(`authorization: Bearer ${'x'.repeat(bytes)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(codeOf(await server.admin.send(ME))).toBe(null);
  });

  it('with two authorizations sign nobody in, whichever comes first', async () => {
    const body = JSON.stringify({ query: ME });
    const good = `authorization: Bearer ${server.admin.token}`;
    for (const lines of [
      [good, 'authorization: Bearer x'],
      ['authorization: Bearer x', good],
      [good, good],
    ]) {
      const answer = await raw(`${head(...lines, `content-length: ${body.length}`)}${body}`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain('"UNAUTHENTICATED"');
    }
  });
});
