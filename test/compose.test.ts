import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { variableDefaults } from '../src/config-variables.ts';
import { describeWithProgram } from './support/program.ts';
import { REPOSITORY } from './support/server-process.ts';

const SECRETS = {
  JWT_SECRET: 'a secret that is long enough for production',
  ADMIN_PASSWORD: 'a password',
  POSTGRES_PASSWORD: 'postgres0',
  REDIS_PASSWORD: 'redis0',
  MONGO_PASSWORD: 'mongo0',
};

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly command?: readonly string[];
  readonly deploy?: { readonly replicas?: number };
  readonly ports?: readonly unknown[];
  readonly profiles?: readonly string[];
  readonly volumes?: readonly string[];
  readonly restart?: string;
}

describeWithProgram('docker-compose', 'docker-compose', 'docker-compose.yml', () => {
  let folder = '';
  let noEnv = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'techsupport-compose-'));
    noEnv = join(folder, 'empty.env');
    writeFileSync(noEnv, '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const compose = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    execFileSync('docker-compose', ['--env-file', noEnv, ...args], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      // No file .env of this checkout has a say.
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  let found: Readonly<Record<string, Service>> | undefined;
  const services = (): Readonly<Record<string, Service>> => {
    const text = () => compose(SECRETS, '--profile', 'monitoring', 'config');
    found ??= (parseYaml(text()) as { services: Record<string, Service> }).services;
    return found;
  };

  it('is understood, with every key that it uses', () => {
    expect(Object.keys(services()).sort()).toEqual([
      'api',
      'grafana',
      'mongo',
      'postgres',
      'prometheus',
      'redis',
      'worker',
    ]);
  });

  it('does not start without its secrets, and names the one that is missing', () => {
    for (const name of Object.keys(SECRETS)) {
      const { [name as keyof typeof SECRETS]: _, ...others } = SECRETS;
      expect(() => compose(others, 'config')).toThrow(`Set ${name}, see docker-compose.yml`);
    }
  });

  it('starts an API and two workers once their stores are healthy, and gives them no variable that is unknown', () => {
    const { api, worker, postgres, redis, mongo } = services();
    expect([api?.environment?.ROLE, worker?.environment?.ROLE, worker?.deploy?.replicas]).toEqual(['api', 'worker', 2]);
    for (const store of [postgres, redis, mongo]) expect(store?.healthcheck).toBeDefined();
    expect(Object.keys(api?.environment ?? {})).toEqual(expect.arrayContaining(['JWT_SECRET', 'ADMIN_PASSWORD']));
    expect(Object.keys(worker?.environment ?? {})).not.toEqual(expect.arrayContaining(['JWT_SECRET']));
    for (const service of [api, worker]) {
      expect(service?.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
        mongo: { condition: 'service_healthy' },
      });
      expect(Object.keys(variableDefaults())).toEqual(expect.arrayContaining(Object.keys(service?.environment ?? {})));
      expect(service?.environment).toMatchObject({
        DATABASE_URL: 'postgres://techsupport:postgres0@postgres:5432/techsupport',
        REDIS_URL: 'redis://:redis0@redis:6379',
        MONGO_URI: 'mongodb://techsupport:mongo0@mongo:27017/techsupport?authSource=admin',
      });
    }
  });

  it('keeps jobs: nothing is evicted from Redis, and it writes to disk', () => {
    expect(services().redis?.command?.join(' ')).toMatch(/--maxmemory-policy noeviction --appendonly yes/);
  });

  it('publishes the API, and nothing else to other machines', () => {
    const published = Object.entries(services()).flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !String(port).startsWith('127.0.0.1:')).map(() => name),
    );
    expect(published).toEqual(['api']);
  });

  it('has monitoring on request only, from files that are there', () => {
    const all = services();
    const onRequest = Object.entries(all).filter(([, { profiles }]) => profiles?.includes('monitoring'));
    expect(onRequest.map(([name]) => name).sort()).toEqual(['grafana', 'prometheus']);
    const files = onRequest.flatMap(([, { volumes = [] }]) => volumes.filter((volume) => volume.startsWith('/')));
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files) expect(existsSync(String(file.split(':')[0])), file).toBe(true);
    expect(readFileSync(join(REPOSITORY, 'docs/prometheus.yml'), 'utf8')).toContain(
      `port: ${all.api?.environment?.METRICS_PORT}`,
    );
  });
});

/** By the reader that docker-compose itself, a program of Python, brings along. */
function parseYaml(text: string): unknown {
  const script = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))';
  return JSON.parse(execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' }));
}
