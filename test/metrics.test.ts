import { describe, expect, it } from 'vitest';
import { watchEventLoop } from '../src/infrastructure/observability/event-loop-lag.ts';
import { createMetrics } from '../src/infrastructure/observability/metrics.ts';
import { plainRequest, startEdge } from './support/edge-server.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };

it('measures requests by route and operations by name, type and outcome', async () => {
  await using server = await startEdge();
  await server.query('query Greeting { hello }');
  await server.query('{ boom }');
  await server.query('mutation Touch { touch }');
  await server.query('{ nonsense }');
  await fetch(`${server.url}/no/such/path?secret=1`);
  const { body } = await server.metrics.render();
  expect(body).toContain('http_request_duration_seconds_count{route="/graphql",method="POST",status="200"} 3');
  expect(body).toContain('http_request_duration_seconds_count{route="/graphql",method="POST",status="400"} 1');
  expect(body).toContain('http_request_duration_seconds_count{route="unknown",method="GET",status="404"} 1');
  expect(body).toContain('graphql_operation_duration_seconds_count{operation="Greeting",type="query",outcome="ok"} 1');
  expect(body).toContain(
    'graphql_operation_duration_seconds_count{operation="anonymous",type="query",outcome="INTERNAL"} 1',
  );
  expect(body).toContain('graphql_operation_duration_seconds_count{operation="Touch",type="mutation",outcome="ok"} 1');
  expect(body).toContain(
    'graphql_operation_duration_seconds_count{operation="anonymous",type="none",outcome="GRAPHQL_VALIDATION_FAILED"} 1',
  );
  expect(body).toContain('process_cpu_user_seconds_total');
});

it('keeps the number of operation names bounded, whatever callers name theirs', async () => {
  const metrics = createMetrics(silent);
  for (let n = 0; n < 500; n++)
    metrics.observeOperation({ name: `Op${n}`, type: 'query', outcome: 'ok', seconds: 0.01 });
  const { body } = await metrics.render();
  expect(body.match(/graphql_operation_duration_seconds_count\{/g)).toHaveLength(201);
  expect(body).toContain('graphql_operation_duration_seconds_count{operation="other",type="query",outcome="ok"} 300');
});

describe('what is read at each scrape', () => {
  it('comes from its sources', async () => {
    const metrics = createMetrics(silent);
    metrics.observeDetectionLag(0.02);
    metrics.countImportRows('succeeded', 5);
    metrics.collectFrom({ overdueUnalerted: async () => 3, databasePool: () => ({ total: 4, idle: 3, waiting: 0 }) });
    metrics.collectFrom({ queues: async () => [{ queue: 'sla', state: 'waiting', jobs: 7 }] });
    metrics.collectFrom({ queueAges: async () => [{ queue: 'sla', seconds: 1.5 }], deadLetters: async () => 50 });
    const { body } = await metrics.render();
    expect(body).toContain('sla_overdue_unalerted 3');
    expect(body).toContain('queue_jobs{queue="sla",state="waiting"} 7');
    expect(body).toContain('queue_oldest_job_seconds{queue="sla"} 1.5');
    expect(body).toContain('dead_letters 50');
    expect(body).toContain('db_pool_connections{state="idle"} 3');
    expect(body).toContain('sla_detection_lag_seconds_count 1');
    expect(body).toContain('import_rows_total{outcome="succeeded"} 5');
  });

  it('is left out, never shown as 0, when its source fails', async () => {
    const metrics = createMetrics(silent);
    metrics.collectFrom({ overdueUnalerted: async () => Promise.reject(new Error('no database')) });
    const { body } = await metrics.render();
    expect(body).not.toMatch(/^sla_overdue_unalerted/m);
    expect(body).toContain('subscribers 0');
  });
});

describe('subscriptions that the server ends', () => {
  const dropped = async (server: Awaited<ReturnType<typeof startEdge>>) => {
    const { body } = await server.metrics.render();
    return Object.fromEntries(
      [...body.matchAll(/^subscribers_dropped_total\{reason="(\w+)"\} (\d+)$/gm)].map(([, reason, n]) => [
        reason,
        Number(n),
      ]),
    );
  };
  const none = { too_slow: 0, unreachable: 0, session_ended: 0, error: 0 };

  it('are counted by reason: two on a socket whose session ended', async () => {
    await using server = await startEdge();
    const socket = await server.socket({ authorization: 'Bearer good' });
    socket.subscribe('1', 'subscription { idle }');
    socket.subscribe('2', 'subscription { idle }');
    await expect.poll(async () => (await server.metrics.render()).body).toContain('subscribers 2');
    server.endSessionsOf('ada');
    await socket.closed;
    expect(await dropped(server)).toEqual({ ...none, session_ended: 2 });
  });

  it('are counted when one of them was too slow', async () => {
    await using server = await startEdge();
    const socket = await server.socket({ authorization: 'Bearer good' });
    socket.subscribe('1', 'subscription { overrun }');
    await socket.closed;
    expect(await dropped(server)).toEqual({ ...none, too_slow: 1 });
  });

  it('are not counted when their client went, or signs in first', async () => {
    await using server = await startEdge();
    const gone = await server.socket({ authorization: 'Bearer good' });
    gone.subscribe('1', 'subscription { idle }');
    await expect.poll(async () => (await server.metrics.render()).body).toContain('subscribers 1');
    gone.raw.close();
    await gone.closed;
    const nobody = await server.socket({});
    nobody.subscribe('1', 'subscription { mine }');
    await nobody.closed;
    await expect.poll(async () => (await server.metrics.render()).body).toContain('subscribers 0');
    expect(await dropped(server)).toEqual(none);
  });
});

describe('who may read metrics', () => {
  const TOKEN = 'a-token-for-prometheus';

  it('is everybody on this machine', async () => {
    await using server = await startEdge();
    const response = await fetch(`${server.url}/metrics`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ]);
  });

  it('is, from elsewhere, whoever has the token', async () => {
    await using server = await startEdge({
      settings: { trustProxy: 'loopback', metrics: { token: TOKEN, port: undefined } },
    });
    const from = (headers: Record<string, string>) =>
      plainRequest(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9', ...headers } });
    expect((await from({})).status).toBe(401);
    expect((await from({})).headers['www-authenticate']).toBe('Bearer');
    expect((await from({ authorization: 'Bearer wrong' })).status).toBe(403);
    expect((await from({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  it('is nobody from elsewhere when there is no token, also behind a proxy that is not trusted', async () => {
    await using server = await startEdge();
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    expect((await plainRequest(`${server.url}/metrics`, { headers })).status).toBe(401);
    expect(
      (await plainRequest(`${server.url}/metrics`, { headers: { ...headers, authorization: 'Bearer x' } })).status,
    ).toBe(403);
  });

  it('is whoever reaches the port for metrics', async () => {
    await using server = await startEdge({ settings: { metrics: { token: undefined, port: 0 } } });
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    expect((await plainRequest(`http://127.0.0.1:${server.metricsPort}/metrics`, { headers })).status).toBe(200);
    expect((await plainRequest(`http://127.0.0.1:${server.metricsPort}/graphql`)).status).toBe(404);
  });
});

it('measures how late the event loop is', async () => {
  const watch = watchEventLoop();
  const until = performance.now() + 120;
  await new Promise((resolve) => setTimeout(resolve, 30));
  while (performance.now() < until);
  await expect.poll(() => watch.read().maxMs).toBeGreaterThan(20);
  watch.stop();
});
