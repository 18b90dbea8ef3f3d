import { describe, expect, it } from 'vitest';
import { DomainError } from '../src/domain/domain-error.ts';
import { startEdge } from './support/edge-server.ts';

const read = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
};

it('is alive while the process can answer', async () => {
  await using server = await startEdge();
  expect(await read(`${server.url}/health`)).toEqual({
    status: 200,
    body: { status: 'alive', uptimeSeconds: expect.any(Number) },
  });
});

describe('readiness', () => {
  it('names each dependency with its latency', async () => {
    await using server = await startEdge({
      healthChecks: [{ name: 'postgres', critical: true, check: async () => {} }],
    });
    expect(await read(`${server.url}/health/ready`)).toEqual({
      status: 200,
      body: { status: 'ready', checks: { postgres: { status: 'up', critical: true, latencyMs: expect.any(Number) } } },
    });
  });

  it('is 503 when something critical is down, and does not show the inner reason', async () => {
    const checks = [
      {
        name: 'postgres',
        critical: true,
        check: async () => Promise.reject(new Error('password of postgres://u:p@db')),
      },
      {
        name: 'migrations',
        critical: true,
        check: async () =>
          Promise.reject(new DomainError('UNAVAILABLE', '2 migrations are pending.', { retryAfterSeconds: 5 })),
      },
    ];
    await using server = await startEdge({ healthChecks: checks });
    const { status, body } = await read(`${server.url}/health/ready`);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'unavailable',
      checks: { postgres: { status: 'down' }, migrations: { status: 'down', detail: '2 migrations are pending.' } },
    });
    expect(JSON.stringify(body)).not.toContain('postgres://');
    expect(server.lines.join('')).toContain('"dependency":"postgres"');
    expect(server.lines.join('')).not.toContain('u:p@');
  });

  it('is 200 when only something less than critical is down or degraded, and lists it', async () => {
    const checks = [
      { name: 'redis', critical: false, check: async () => Promise.reject(new Error('gone')) },
      { name: 'workers', critical: true, check: async () => 'No worker has been seen for 60 s.' },
    ];
    await using server = await startEdge({ healthChecks: checks });
    const { status, body } = await read(`${server.url}/health/ready`);
    expect([status, body]).toMatchObject([
      200,
      {
        status: 'degraded',
        checks: {
          redis: { status: 'down' },
          workers: { status: 'degraded', detail: 'No worker has been seen for 60 s.' },
        },
      },
    ]);
  });

  it('waits for a dependency that does not answer only so long, and asks it once for all who ask meanwhile', async () => {
    let asked = 0;
    const check = () => {
      asked++;
      return new Promise<never>(() => {});
    };
    await using server = await startEdge({ healthChecks: [{ name: 'postgres', critical: true, check }] });
    const answers = await Promise.all(Array.from({ length: 5 }, () => read(`${server.url}/health/ready`)));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect(asked).toBe(1);
  });
});

describe('the numbers for people', () => {
  it('come from the process and from the rest of the system', async () => {
    await using server = await startEdge({
      summary: async () => ({ overdueUnalerted: 0, queues: [{ name: 'sla', waiting: 2 }] }),
    });
    expect((await read(`${server.url}/health/metrics`)).body).toMatchObject({
      uptimeSeconds: expect.any(Number),
      memory: { rss: expect.any(Number) },
      overdueUnalerted: 0,
      queues: [{ name: 'sla', waiting: 2 }],
    });
  });

  it('say so when the rest cannot be read', async () => {
    await using server = await startEdge({ summary: async () => Promise.reject(new Error('inner')) });
    const { status, body } = await read(`${server.url}/health/metrics`);
    expect([status, body]).toMatchObject([200, { problem: expect.any(String), memory: {} }]);
    expect(JSON.stringify(body)).not.toContain('inner');
  });
});
