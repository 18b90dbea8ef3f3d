import { describe, expect, it } from 'vitest';
import { addressBucket } from '../src/interfaces/http/rate-limiter.ts';
import { refusedUpgrade, startEdge } from './support/edge-server.ts';

const limited = (max: number, userMax = 0, more: object = {}) =>
  startEdge({
    settings: { rateLimit: { max, userMax, windowMinutes: 15 }, ...more },
    websocket: { operations: 'all' },
  });
const GOOD = { authorization: 'Bearer good' };
const logins = (count: number): string =>
  `mutation { ${Array.from({ length: count }, (_, i) => `l${i}: login(email: "a@b.c", password: "x")`).join(' ')} }`;

describe('an address that is not signed in', () => {
  it('may ask so often, is told how often still, and then gets 429 with when to come back', async () => {
    await using server = await limited(3);
    const remaining: (string | null)[] = [];
    for (let n = 0; n < 3; n++) {
      const { response } = await server.query('{ hello }');
      expect(response.status).toBe(200);
      remaining.push(response.headers.get('ratelimit-remaining'));
    }
    expect(remaining).toEqual(['2', '1', '0']);
    const { response, errors } = await server.query('{ hello }');
    expect(response.status).toBe(429);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', requestId: expect.any(String) });
    const retryAfter = Number(response.headers.get('retry-after'));
    expect(errors?.[0]?.extensions.retryAfterSeconds).toBe(retryAfter);
    expect(retryAfter).toBeGreaterThan(800);
    expect(retryAfter).toBeLessThanOrEqual(900);
    expect(response.headers.get('ratelimit-policy')).toBe('"address";q=3;w=900');
    expect(response.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
    expect(response.headers.get('ratelimit-limit')).toBe('3');
  });

  it('is charged for a bad token too, and for requests that are no GraphQL', async () => {
    await using server = await limited(2);
    await server.query('{ hello }', {}, { authorization: 'Bearer old' });
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'x',
    });
    expect((await server.query('{ hello }')).response.status).toBe(429);
  });

  it('never uses up health, metrics or GraphiQL', async () => {
    await using server = await limited(1);
    for (let n = 0; n < 5; n++) {
      for (const path of ['/health', '/health/ready', '/health/metrics', '/metrics', '/graphiql']) {
        const response = await fetch(server.url + path);
        expect(response.status).toBe(200);
        expect(response.headers.has('ratelimit')).toBe(false);
      }
    }
    expect((await server.query('{ hello }')).response.status).toBe(200);
  });

  it('pays for every upgrade to a WebSocket, but not for what it subscribes to', async () => {
    await using server = await limited(2);
    const socket = await server.socket();
    for (let n = 0; n < 20; n++) socket.subscribe(String(n), 'subscription { ticks(count: 1) }');
    for (let n = 0; n < 40; n++) await socket.next();
    await server.socket();
    const refused = await refusedUpgrade(`${server.url}/graphql`);
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toMatch(/^\d+$/);
  });
});

describe('an upgrade', () => {
  it('is let in though its address has used up its requests: whoever signs in over it pays for themselves', async () => {
    await using server = await limited(2, 10);
    for (let n = 0; n < 5; n++) await server.query('{ hello }');
    expect((await server.query('{ hello }')).response.status).toBe(429);
    for (let n = 0; n < 5; n++) {
      const socket = await server.socket(GOOD);
      socket.subscribe('1', '{ me }');
      expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { me: 'ada' } } });
      socket.raw.close();
    }
    expect((await server.query('{ hello }')).response.status).toBe(429);
  });

  it('has a budget of its address that requests do not use up, and that only sockets without a user do', async () => {
    await using server = await limited(2, 10);
    await server.socket();
    await server.socket({ authorization: 'Bearer old' });
    const refused = await refusedUpgrade(`${server.url}/graphql`);
    expect(refused.status).toBe(429);
    expect(refused.headers['ratelimit-policy']).toBe('"upgrade";q=2;w=900');
    expect((await server.query('{ hello }')).response.status).toBe(200);
  });
});

describe('signing in', () => {
  it('costs an attempt for each alias: 20 in one operation are 20', async () => {
    await using server = await limited(70);
    for (let n = 1; n <= 3; n++) {
      const { response } = await server.query(logins(20));
      expect([response.status, response.headers.get('ratelimit-remaining')]).toEqual([200, String(70 - n * 20)]);
    }
    const { response, errors } = await server.query(logins(20));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    expect(server.edge.logins).toBe(60);
  });

  it('counts aliases in fragments, and what a signed-in user or a WebSocket tries', async () => {
    await using server = await limited(10, 1_000);
    const fragment =
      'mutation { ...L ...L } fragment L on Mutation { a: login(email: "a", password: "b") b: login(email: "a", password: "b") }';
    expect((await server.query(fragment, {}, GOOD)).response.headers.get('ratelimit-policy')).toContain('user');
    const socket = await server.socket(GOOD);
    socket.subscribe('1', logins(6));
    expect(JSON.stringify(await socket.next())).toContain('UNAUTHENTICATED');
    const over = await server.query(logins(1), {}, GOOD);
    expect([over.response.status, over.errors?.[0]?.extensions.code]).toEqual([429, 'RATE_LIMITED']);
  });
});

describe('a user', () => {
  it('has a limit of their own, wherever they ask from', async () => {
    await using server = await limited(1, 2);
    for (let n = 0; n < 2; n++) expect((await server.query('{ me }', {}, GOOD)).response.status).toBe(200);
    expect((await server.query('{ me }', {}, GOOD)).response.status).toBe(429);
    expect((await server.query('{ me }', {}, { authorization: 'Bearer good-bob' })).response.status).toBe(200);
    expect((await server.query('{ hello }')).response.status).toBe(200);
  });

  it('pays for the upgrade of their socket instead of their address, once it has signed in', async () => {
    await using server = await limited(1, 2);
    for (let n = 0; n < 2; n++) (await server.socket(GOOD)).raw.close();
    expect((await (await server.socket(GOOD)).closed).code).toBe(1013);
    expect((await server.query('{ hello }')).response.status).toBe(200);
  });
});

describe('what counts as one address', () => {
  it('is a forwarded one only from a trusted proxy', async () => {
    const from = (ip: string) => ({ 'x-forwarded-for': ip });
    await using open = await limited(1);
    await open.query('{ hello }', {}, from('203.0.113.1'));
    expect((await open.query('{ hello }', {}, from('203.0.113.2'))).response.status).toBe(429);
    for (const trustProxy of [1, 'loopback', true] as const) {
      await using behind = await limited(1, 0, { trustProxy });
      for (const ip of ['203.0.113.1', '203.0.113.2'])
        expect((await behind.query('{ hello }', {}, from(ip))).response.status).toBe(200);
      expect((await behind.query('{ hello }', {}, from('203.0.113.1'))).response.status).toBe(429);
      expect(behind.edge.contexts.at(-1)?.ip).toBe('203.0.113.2');
      (await behind.socket(null, { headers: from('203.0.113.2') })).raw.close();
      expect((await refusedUpgrade(`${behind.url}/graphql`, from('203.0.113.2'))).status).toBe(429);
    }
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (ip, bucket) => {
    expect(addressBucket(ip)).toBe(bucket);
  });
});

it('sets no limit, and no headers, where the maximum is 0', async () => {
  await using server = await limited(0, 0);
  for (let n = 0; n < 30; n++) {
    const { response } = await server.query(logins(20));
    expect([response.status, response.headers.has('ratelimit')]).toEqual([200, false]);
  }
});
