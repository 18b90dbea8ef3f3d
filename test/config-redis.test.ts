import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { redisPlace } from '../src/config-redis.ts';
import { mistakes } from './support/config-mistakes.ts';

const addressIn = (REDIS_URL: string) => loadConfig({ REDIS_URL }).redis?.address;

describe('the address of Redis', () => {
  test('is absent unless it is given', () => {
    expect(loadConfig({}).redis).toBeUndefined();
    expect(loadConfig({ REDIS_KEY_PREFIX: '{desk}', REDIS_ALLOW_EVICTION: 'true' }).redis).toBeUndefined();
  });

  test('is a host and a port, or a URL', () => {
    const plain = { kind: 'server', tls: false, username: undefined, password: undefined, database: 0 };
    const at = (host: string, port: number) => ({ ...plain, hosts: [{ host, port }] });
    expect(loadConfig({ REDIS_HOST: 'redis' }).redis).toMatchObject({
      address: at('redis', 6379),
      keyPrefix: '{techsupport}',
      allowEviction: false,
    });
    expect(loadConfig({ REDIS_HOST: 'redis', REDIS_PORT: '7000' }).redis?.address).toMatchObject(at('redis', 7000));
    expect(addressIn('redis://localhost')).toMatchObject(at('localhost', 6379));
    expect(addressIn('redis://[::1]:7000/')).toMatchObject(at('::1', 7000));
    expect(addressIn('rediss://ada:p%40ss%3Aword@redis.example.com:7000/12')).toMatchObject({
      ...at('redis.example.com', 7000),
      tls: true,
      username: 'ada',
      password: 'p@ss:word',
      database: 12,
    });
    expect(addressIn('redis://:secret@redis')).toMatchObject({ username: undefined, password: 'secret' });
  });

  test('is some nodes of a cluster, or sentinels and the name of the primary', () => {
    expect(addressIn('redis-cluster://ada:secret@a:7000,b:7001,c')).toMatchObject({
      kind: 'cluster',
      hosts: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
        { host: 'c', port: 6379 },
      ],
      username: 'ada',
      tls: false,
    });
    expect(addressIn('rediss-sentinel://a,b:27000/desk/3')).toMatchObject({
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 27000 },
      ],
      primaryName: 'desk',
      database: 3,
      tls: true,
    });
  });

  test.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://a,b',
    'redis://a:99999',
    'redis://a/one',
    'redis://a/0/1',
    'redis://a?db=1',
    'redis://x:%zz@a',
    'redis-cluster://a/1',
    'redis-sentinel://a',
  ])('is refused as %s', (url) => {
    expect(mistakes({ REDIS_URL: url })).toEqual([expect.stringMatching(/^REDIS_URL must look like redis:.*\.$/)]);
  });

  test('is given once, and a mistake in it shows no password', () => {
    const url = 'redis://:hunter2@localhost/x';
    expect(mistakes({ REDIS_URL: url }).join()).not.toContain('hunter2');
    expect(mistakes({ REDIS_URL: 'redis://a', REDIS_HOST: 'b' })).toEqual([expect.stringContaining('both set')]);
    expect(mistakes({ REDIS_PORT: '6379' })).toEqual([expect.stringContaining('without REDIS_HOST')]);
    expect(mistakes({ REDIS_HOST: 'a', REDIS_PORT: '0' })).toEqual([expect.stringContaining('REDIS_PORT must be')]);
  });

  test('is shown without user and password', () => {
    const shown = (url: string) => {
      const address = addressIn(url);
      return address && redisPlace(address);
    };
    expect(shown('redis://ada:secret@[::1]:7000')).toBe('[::1]:7000');
    expect(shown('redis-cluster://ada:secret@a,b:7000')).toBe('the cluster a:6379, b:7000');
  });

  test.each([
    'techsupport',
    '{}',
    'x{a}',
    '{a}{b}',
    '{a b}',
  ])('takes keys with a prefix in braces, not %s', (prefix) => {
    expect(mistakes({ REDIS_KEY_PREFIX: prefix })).toEqual([expect.stringContaining('REDIS_KEY_PREFIX must be')]);
    expect(loadConfig({ REDIS_HOST: 'a', REDIS_KEY_PREFIX: '{desk-1}' }).redis?.keyPrefix).toBe('{desk-1}');
  });
});
