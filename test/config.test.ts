import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { variableDefaults } from '../src/config-variables.ts';
import { mistakes } from './support/config-mistakes.ts';

const secret = 's'.repeat(32);

describe('configuration', () => {
  test('needs nothing to be set, and cannot be changed', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      environment: 'development',
      dataDir: join(process.cwd(), '.data'),
      http: { port: 3000, host: 'localhost', trustProxy: false, corsOrigins: [] },
      database: { url: undefined, poolMax: 20 },
      auth: { jwtSecret: undefined, adminPassword: undefined, bcryptCost: 12 },
      graphql: { introspection: true },
      imports: { maxBytes: 104_857_600, concurrency: 10, chunkRows: 2_000 },
      warnings: [],
    });
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
    expect(() => (config.warnings as string[]).push('')).toThrow(TypeError);
  });

  test('takes a variable set to nothing for one not set', () => {
    const nothing = Object.fromEntries(Object.keys(variableDefaults()).map((name) => [name, ' ']));
    expect(loadConfig(nothing)).toEqual(loadConfig({}));
  });

  test('in production listens for others, hides introspection and wants a secret', () => {
    expect(loadConfig({ NODE_ENV: 'production', JWT_SECRET: secret })).toMatchObject({
      http: { host: '0.0.0.0' },
      graphql: { introspection: false },
    });
    const asked = { NODE_ENV: 'production', JWT_SECRET: secret, INTROSPECTION: 'true', HOST: '::1' };
    expect(loadConfig(asked)).toMatchObject({ http: { host: '::1' }, graphql: { introspection: true } });
    expect(mistakes({ NODE_ENV: 'production' })).toEqual([expect.stringContaining('JWT_SECRET is not set')]);
    expect(mistakes({ NODE_ENV: 'production', JWT_SECRET: 'short' })).toEqual([
      expect.stringContaining('JWT_SECRET has 5 bytes'),
    ]);
    expect(loadConfig({ JWT_SECRET: 'short' }).warnings).toEqual([expect.stringContaining('JWT_SECRET has 5 bytes')]);
  });

  test('warns while a second secret is accepted, and in production wants that one long too', () => {
    expect(loadConfig({ JWT_SECRET: secret, JWT_SECRET_PREVIOUS: 'old' })).toMatchObject({
      auth: { jwtSecret: secret, jwtSecretPrevious: 'old' },
      warnings: [expect.stringContaining('JWT_SECRET_PREVIOUS is set')],
    });
    const env = { NODE_ENV: 'production', JWT_SECRET: secret };
    expect(mistakes({ ...env, JWT_SECRET_PREVIOUS: 'old' })).toEqual([
      expect.stringContaining('JWT_SECRET_PREVIOUS has 3 bytes'),
    ]);
    expect(loadConfig({ ...env, JWT_SECRET_PREVIOUS: secret }).auth.jwtSecretPrevious).toBe(secret);
  });

  test('plays every role unless one is named, which then needs a database to share', () => {
    expect(loadConfig({}).role).toBe('all');
    const url = 'postgres://u:p@h/d';
    expect(loadConfig({ ROLE: 'api', DATABASE_URL: url, JWT_SECRET: secret })).toMatchObject({
      role: 'api',
      warnings: [],
    });
    expect(loadConfig({ ROLE: 'api', DATABASE_URL: url }).warnings).toEqual([expect.stringContaining('JWT_SECRET')]);
    expect(loadConfig({ ROLE: 'worker', DATABASE_URL: url, NODE_ENV: 'production' }).role).toBe('worker');
    expect(mistakes({ ROLE: 'api', DATABASE_URL: url, NODE_ENV: 'production' })).toEqual([
      expect.stringContaining('JWT_SECRET is not set'),
    ]);
    expect(mistakes({ ROLE: 'worker' })).toEqual([
      expect.stringMatching(/^DATABASE_URL is not set: ROLE=worker needs/),
    ]);
  });

  test('tells all mistakes at once, a sentence each, and no secret', () => {
    const wrong = { NODE_ENV: 'production', PORT: 'http', IMPORT_CONCURRENCY: '0', LOG_LEVEL: 'loud', LOG_PRETTY: 'x' };
    const found = mistakes({ ...wrong, DATABASE_URL: 'mysql://u:hunter22@h/d', ADMIN_PASSWORD: 'hunter2' });
    expect(found.map((sentence) => sentence.split(' ')[0]).sort()).toEqual(
      ['ADMIN_PASSWORD', 'DATABASE_URL', 'IMPORT_CONCURRENCY', 'JWT_SECRET', 'LOG_LEVEL', 'LOG_PRETTY', 'PORT'].sort(),
    );
    expect(found).toContain('PORT must be a whole number from 0 to 65535, but is "http".');
    for (const sentence of found) expect(sentence).toMatch(/\.$/);
    expect(found.join()).not.toContain('hunter');
  });

  test.each([
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '3e3'],
    ['RATE_LIMIT_MAX', '1.5'],
    ['NODE_ENV', 'prod'],
    ['ROLE', 'workers'],
    ['INTROSPECTION', 'maybe'],
    ['DATABASE_URL', 'localhost:5432'],
    ['ADMIN_PASSWORD', 'ü'.repeat(37)],
    ['BCRYPT_COST', '9'],
    ['METRICS_PORT', '3000'],
    ['CORS_ORIGINS', 'https://a.example/'],
    ['CORS_ORIGINS', 'https://a.example, *'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1, proxy.example'],
    ['PUBLIC_URL', 'desk.example.com'],
    ['PUBLIC_URL', 'ftp://desk.example.com'],
    ['PUBLIC_URL', 'https://me:secret@desk.example.com'],
    ['PUBLIC_URL', 'https://desk.example.com/?a=b'],
  ])('refuses %s=%s', (name, value) => {
    expect(mistakes({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} .*\\.$`))]);
  });

  test('allows cheap password hashes in tests only', () => {
    expect(loadConfig({ NODE_ENV: 'test', BCRYPT_COST: '4' }).auth.bcryptCost).toBe(4);
  });

  test('refuses the well-known password in production', () => {
    const env = { NODE_ENV: 'production', JWT_SECRET: secret, ADMIN_PASSWORD: 'admin123' };
    expect(mistakes(env)).toEqual([expect.stringContaining('ADMIN_PASSWORD')]);
  });

  test.each([
    ['https://desk.example.com', 'https://desk.example.com'],
    [' HTTPS://Desk.example.com:443/support/ ', 'https://desk.example.com/support'],
    ['', undefined],
  ])('takes PUBLIC_URL=%s as something that a path can follow', (value, expected) => {
    expect(loadConfig({ PUBLIC_URL: value }).http.publicUrl).toBe(expected);
  });

  test.each([
    ['loopback', 'loopback'],
    ['10.0.0.0/8, ::1 ,fd00::/8', '10.0.0.0/8,::1,fd00::/8'],
  ])('passes TRUST_PROXY=%s on in a form that Fastify takes', async (value, expected) => {
    const { trustProxy } = loadConfig({ TRUST_PROXY: value }).http;
    expect(trustProxy).toBe(expected);
    await Fastify({ trustProxy }).close();
  });
});

describe('.env', () => {
  const start = process.cwd();
  afterEach(() => {
    process.chdir(start);
    vi.unstubAllEnvs();
  });

  test('completes the environment, which wins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
    writeFileSync(join(folder, '.env'), 'PORT=4001\nSLA_SWEEP_SECONDS=7\n');
    // Stubbed first, so that what the file adds is taken away again.
    vi.stubEnv('PORT', '4002');
    vi.stubEnv('SLA_SWEEP_SECONDS', undefined);
    process.chdir(folder);
    const config = loadConfig();
    rmSync(folder, { recursive: true });
    expect(config.http.port).toBe(4002);
    expect(config.sla.sweepSeconds).toBe(7);
  });

  test('.env.example documents exactly the variables there are, with their defaults', () => {
    const text = readFileSync(join(import.meta.dirname, '..', '.env.example'), 'utf8');
    const documented = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    expect(Object.fromEntries(documented)).toEqual(variableDefaults());
    expect(documented.length).toBe(Object.keys(variableDefaults()).length);
  });

  test('.env.example says something about each variable', () => {
    const text = readFileSync(join(import.meta.dirname, '..', '.env.example'), 'utf8');
    const blocks = text.split('\n\n').filter((block) => /^# [A-Z_]+=/m.test(block));
    expect(blocks.length).toBe(Object.keys(variableDefaults()).length);
    for (const block of blocks) expect(block).toMatch(/^# [^=]{10,}/);
  });
});
