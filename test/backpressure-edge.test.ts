import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { until } from './support/desk.ts';
import { startEdge } from './support/edge-server.ts';

const FULL = { running: 1, waiting: 0, waitMs: 60_000 };
const GOOD = { authorization: 'Bearer good' };

it('queues requests to a bound and refuses the rest with 503 and Retry-After, before they begin', async () => {
  await using server = await startEdge({ admission: { ...FULL, waiting: 1 } });
  const running = server.query('{ wait }');
  await until(() => server.admission.running === 1);
  const waiting = server.query('{ hello }');
  await until(() => server.admission.waiting === 1);
  for (const headers of [{}, GOOD]) {
    const { response, errors } = await server.query('{ hello }', {}, headers);
    expect(response.status).toBe(503);
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^The server is busy, and nothing was done\. .* Try again in \d s\.$/),
      extensions: { code: 'UNAVAILABLE', requestId: response.headers.get('x-request-id') },
    });
    expect(response.headers.get('retry-after')).toBe(String(errors?.[0]?.extensions.retryAfterSeconds));
  }
  expect(server.edge.contexts).toEqual([]);
  for (const path of ['/health', '/health/ready', '/metrics', '/graphiql']) {
    expect((await fetch(server.url + path)).status, path).toBe(200);
  }
  server.edge.release();
  expect((await running).data).toEqual({ wait: 'at last' });
  expect((await waiting).data).toEqual({ hello: 'hello you' });
  expect((await server.query('{ me }', {}, GOOD)).data).toEqual({ me: 'ada' });
  await until(() => server.admission.running === 0);
});

it('gives no place to whoever has not sent their request yet, nor to whoever went away while they waited', async () => {
  await using server = await startEdge({ admission: { ...FULL, waiting: 1 } });
  const slow = connect(server.port, '127.0.0.1');
  slow.write(
    'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"query"',
  );
  expect((await server.query('{ hello }')).data).toEqual({ hello: 'hello you' });
  expect(server.admission.running).toBe(0);
  slow.destroy();

  const running = server.query('{ wait }');
  await until(() => server.admission.running === 1);
  const impatient = new AbortController();
  const body = JSON.stringify({ query: '{ hello }' });
  const headers = { 'content-type': 'application/json' };
  const gone = fetch(`${server.url}/graphql`, { method: 'POST', headers, body, signal: impatient.signal });
  await until(() => server.admission.waiting === 1);
  impatient.abort();
  await expect(gone).rejects.toThrow();
  await until(() => server.admission.waiting === 0);
  expect(server.edge.contexts).toHaveLength(1);
  server.edge.release();
  await running;
});

it('keeps the place of an operation that was given up until it has ended, but not for ever', async () => {
  await using server = await startEdge({ admission: FULL, settings: { operationTimeoutMs: 100 } });
  const { errors } = await server.query('{ wait }');
  expect(errors?.[0]?.extensions.code).toBe('TIMEOUT');
  expect(server.admission.running).toBe(1);
  server.edge.release();
  await until(() => server.admission.running === 0);
  // It never ends.
  await server.query('{ slow }');
  await until(() => server.admission.running === 0);
});

it('refuses a subscription that finds no place, leaves its socket open, and asks for no place once it runs', async () => {
  await using server = await startEdge({ admission: FULL });
  const socket = await server.socket({ authorization: 'Bearer good' });
  const subscribers = async () =>
    (await server.metrics.registry.getSingleMetric('subscribers')?.get())?.values[0]?.value;
  socket.subscribe('idle', 'subscription { idle }');
  await until(async () => (await subscribers()) === 1);
  expect(server.admission.running).toBe(0);
  const running = server.query('{ wait }');
  await until(() => server.admission.running === 1);
  socket.subscribe('one', 'subscription { ticks(count: 1) }');
  expect(await socket.next()).toMatchObject({
    id: 'one',
    type: 'next',
    payload: { errors: [{ extensions: { code: 'UNAVAILABLE', retryAfterSeconds: expect.any(Number) } }] },
  });
  expect(await socket.next()).toMatchObject({ id: 'one', type: 'complete' });
  const refused = await server.socket({ authorization: 'Bearer good' });
  expect(await refused.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('Try again') });
  server.edge.release();
  await running;
  socket.subscribe('two', 'subscription { ticks(count: 1) }');
  expect(await socket.next()).toMatchObject({ id: 'two', type: 'next', payload: { data: { ticks: 1 } } });
});

it('refuses the whole request when the database cannot say who asks', async () => {
  await using server = await startEdge();
  const { response, errors } = await server.query('{ hello }', {}, { authorization: 'Bearer down' });
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('2');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterSeconds: 2 });
  expect(server.edge.contexts).toEqual([]);
});
