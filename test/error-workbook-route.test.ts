import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { DomainError, notFound } from '../src/domain/domain-error.ts';
import { signedErrorWorkbookLinks } from '../src/infrastructure/auth/error-workbook-links.ts';
import { Admission } from '../src/interfaces/graphql/admission.ts';
import {
  type ErrorWorkbookRouteDeps,
  errorWorkbookPath,
  registerErrorWorkbook,
} from '../src/interfaces/http/error-workbook-route.ts';
import { plainRequest, startEdge } from './support/edge-server.ts';
import { silent } from './support/open-queues.ts';

const LINK = '/imports/some-id/errors.xlsx?expires=1&signature=good';

/** A server with the route; the workbook is whatever `content` yields. */
async function startRoute(
  content: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  changes: Partial<ErrorWorkbookRouteDeps> = {},
  settings: NonNullable<Parameters<typeof startEdge>[0]>['settings'] = {},
) {
  const deps: ErrorWorkbookRouteDeps = {
    check: ({ importId, signature }) => {
      if (importId !== 'some-id' || signature !== 'good') throw new DomainError('FORBIDDEN', 'Ask again.', {});
    },
    open: async () => ({ filename: 'größer "50%".xlsx', content }),
    admission: new Admission({ running: 1, waiting: 0, waitMs: 0 }),
    translateError: () => null,
    logger: silent,
    ...changes,
  };
  return startEdge({ extend: (app) => registerErrorWorkbook(app, deps), settings });
}

async function* three() {
  for (const text of ['one ', 'two ', 'three']) yield Buffer.from(text);
}

/** A content that goes on until it is left, and how much of it was taken. */
function endless() {
  const state = { taken: 0, left: false };
  let onLeft = () => {};
  const left = new Promise<void>((resolve) => {
    onLeft = resolve;
  });
  const content = async function* (signal: AbortSignal) {
    try {
      while (!signal.aborted) {
        state.taken += 1;
        yield Buffer.alloc(64 * 1024, state.taken);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      onLeft();
    }
  };
  return { state, left, content };
}

describe('GET /imports/:id/errors.xlsx', () => {
  it('sends the workbook as a download that nobody on the way keeps', async () => {
    await using server = await startRoute(three);
    const { status, headers, text } = await plainRequest(`${server.url}${LINK}`);
    expect({ status, text }).toEqual({ status: 200, text: 'one two three' });
    expect(headers).toMatchObject({
      'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'content-disposition': `attachment; filename="gr__er _50__.xlsx"; filename*=UTF-8''gr%C3%B6%C3%9Fer%20%2250%25%22.xlsx`,
      'cache-control': 'private, no-store',
    });
  });

  it('answers HEAD with the same headers and without making the workbook', async () => {
    const never = () => {
      throw new Error('asked for its content');
    };
    await using server = await startRoute(never);
    const head = await plainRequest(`${server.url}${LINK}`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-disposition']).toContain('attachment');
  });

  it('refuses with a sentence in JSON: a wrong link, an unknown import, stores that are away', async () => {
    let failure: unknown = notFound('import', 'some-id');
    await using server = await startRoute(three, {
      open: async () => {
        throw failure;
      },
      translateError: (error) =>
        error === 'away' ? new DomainError('UNAVAILABLE', 'Try again.', { retryAfterSeconds: 2 }) : null,
    });
    const get = async (path: string) => {
      const { status, headers, text } = await plainRequest(`${server.url}${path}`);
      expect(headers['cache-control']).toBe('private, no-store');
      return { status, ...JSON.parse(text).error };
    };
    const forbidden = { status: 403, code: 'FORBIDDEN', message: 'Ask again.' };
    for (const path of [
      '/imports/other/errors.xlsx?expires=1&signature=good',
      '/imports/some-id/errors.xlsx',
      '/imports/some-id/errors.xlsx?expires=1&signature=good&signature=good',
    ]) {
      expect(await get(path)).toMatchObject(forbidden);
    }
    expect(await get(LINK)).toMatchObject({ status: 404, code: 'NOT_FOUND', message: 'There is no import some-id.' });
    failure = 'away';
    expect(await get(LINK)).toMatchObject({ status: 503, code: 'UNAVAILABLE', retryAfterSeconds: 2 });
  });

  it('takes from the workbook only what the client takes, and stops when it goes away', async () => {
    const { state, left, content } = endless();
    const admission = new Admission({ running: 1, waiting: 0, waitMs: 0 });
    await using server = await startRoute(content, { admission });
    const request = httpRequest(`${server.url}${LINK}`).end();
    const [response] = await once(request, 'response');
    await once(response, 'readable');
    let before = -1;
    while (before !== state.taken) {
      before = state.taken;
      for (let turn = 0; turn < 2_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    // What the sockets of the system hold.
    expect(state.taken * 64).toBeLessThan(32 * 1024);
    const busy = await plainRequest(`${server.url}${LINK}`);
    expect([busy.status, busy.headers['retry-after']]).toEqual([503, expect.any(String)]);
    request.destroy();
    await left;
    expect(admission.running).toBe(0);
  });

  it('cuts the connection when the workbook breaks off, so that a part is never taken for the whole', async () => {
    const errors: unknown[] = [];
    const logger = { ...silent, error: (...line: unknown[]) => void errors.push(line) };
    const broken = async function* () {
      yield Buffer.from('half a workbook');
      throw new Error('the store went away');
    };
    await using server = await startRoute(broken, { logger });
    await expect(plainRequest(`${server.url}${LINK}`)).rejects.toThrow('aborted');
    expect(errors).toEqual([[expect.objectContaining({ importId: 'some-id' }), 'an error workbook broke off']]);
  });

  it('ends with the server, after its grace', async () => {
    const { left, content } = endless();
    await using server = await startRoute(content, {}, { shutdownGraceMs: 100 });
    const request = httpRequest(`${server.url}${LINK}`).end();
    request.on('error', () => {});
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    await server.close();
    await left;
  });

  it('counts against the limit of the address, and stays out of the log with its signature', async () => {
    await using server = await startRoute(three, {}, { rateLimit: { max: 2, userMax: 0, windowMinutes: 15 } });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await plainRequest(`${server.url}${LINK}`)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(server.lines.join('')).not.toContain('signature');
  });
});

describe('a link to an error workbook', () => {
  const at = new Date('2026-11-23T10:00:20Z');
  const later = (seconds: number) => new Date(at.getTime() + seconds * 1_000);
  const links = signedErrorWorkbookLinks('a secret of the tests, more than 32 bytes long');

  it('holds for 15 minutes and is the same for a minute', () => {
    const link = links.create('some-id', at);
    expect(new Date(Number(link.expires) * 1_000)).toEqual(new Date('2026-11-23T10:16:00Z'));
    expect(links.create('some-id', later(40))).toEqual(link);
    expect([0, 900, 939, 940, 10_000].map((seconds) => links.check(link, later(seconds)))).toEqual([
      'valid',
      'valid',
      'valid',
      'expired',
      'expired',
    ]);
    expect(errorWorkbookPath(link)).toBe(`/imports/some-id/errors.xlsx?expires=1795428960&signature=${link.signature}`);
    expect(link.signature).toMatch(/^[\w-]{43}$/);
  });

  it('holds for nothing but what it was made for', () => {
    const link = links.create('some-id', at);
    const others = [
      { ...link, importId: 'other-id' },
      { ...link, expires: String(Number(link.expires) + 60) },
      { ...link, expires: `${link.expires}0` },
      { ...link, expires: 'undefined' },
      { ...link, signature: '' },
      { ...link, signature: `${link.signature}=` },
      { ...link, signature: link.signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) },
      { ...link, signature: 'é'.repeat(43) },
      signedErrorWorkbookLinks('another secret').create('some-id', at),
    ];
    expect(others.map((other) => links.check(other, at))).toEqual(others.map(() => 'wrong'));
  });
});

describe('the origin of a request', () => {
  const hello = '{ hello }';
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'desk.example.com' };

  it('is the scheme and host that the caller sent it to, or where it arrived when that is no host', async () => {
    await using server = await startEdge();
    const origin = async (host: string) => {
      const body = JSON.stringify({ query: hello });
      const headers = { host, 'content-type': 'application/json', ...forwarded };
      await plainRequest(`${server.url}/graphql`, { method: 'POST', headers, body });
      return server.edge.contexts.at(-1)?.origin;
    };
    expect(await origin('desk.test:8080')).toBe('http://desk.test:8080');
    expect(await origin('[::1]:8080')).toBe('http://[::1]:8080');
    expect(await origin('desk.test/path?x=<script>')).toBe(server.url);
  });

  it('is what a proxy says that is trusted, over HTTP and WebSocket', async () => {
    await using server = await startEdge({
      settings: { trustProxy: 'loopback' },
      websocket: { operations: 'all' },
    });
    await server.query(hello, {}, forwarded);
    expect(server.edge.contexts.at(-1)?.origin).toBe('https://desk.example.com');
    const socket = await server.socket({}, { headers: { ...forwarded, 'x-forwarded-proto': 'wss' } });
    socket.subscribe('1', '{ hello(name: "socket") }');
    expect(await socket.next()).toMatchObject({ payload: { data: { hello: 'hello socket' } } });
    expect(server.edge.contexts.at(-1)?.origin).toBe('https://desk.example.com');
  });
});
