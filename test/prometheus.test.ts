import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/postgres.ts';
import { describeWithProgram } from './support/program.ts';
import { alerts, dashboardExpressions, dashboardPanels, metricsIn } from './support/prometheus.ts';
import { startTestServer, type TestServer } from './support/server.ts';
import { REPOSITORY } from './support/server-process.ts';

/** Made by Prometheus itself for whatever it scrapes. */
const OF_PROMETHEUS = ['up'];

describe('alerts and dashboard', () => {
  let database: TestDatabase;
  let api: TestServer;
  let worker: { readonly base: string; [Symbol.asyncDispose](): Promise<void> };
  const served = { api: '', worker: '' };

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url };
    api = await startTestServer({ databaseUrl: database.url, env: { ...env, ROLE: 'api' } });
    await api.admin.ask('{ me { id } }');
    served.api = await (await api.admin.get('/metrics')).text();
    worker = await startTestServer({ databaseUrl: database.url, env: { ...env, ROLE: 'all' } });
    served.worker = await (await fetch(`${worker.base}/metrics`)).text();
  });
  afterAll(async () => {
    await worker[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
    await database.drop();
  });

  it('read metrics that the product serves, and no others', () => {
    const names = new Set(
      [...`${served.api}${served.worker}`.matchAll(/^([a-z0-9_]+)(?:\{| )/gm)].flatMap(([, name]) => name ?? []),
    );
    const expressions = [...alerts(), ...dashboardExpressions()];
    const unknown = expressions.flatMap(({ place, text }) =>
      metricsIn(text)
        .filter((name) => !names.has(name) && !OF_PROMETHEUS.includes(name))
        .map((name) => `${place}: ${name}`),
    );
    expect(unknown).toEqual([]);
    expect(expressions.flatMap(({ text }) => metricsIn(text)).length).toBeGreaterThanOrEqual(expressions.length);
  });

  it('cover detection lag, what is overdue, dead letters, queue age, dropped subscribers and errors', () => {
    for (const found of [alerts(), dashboardExpressions()]) {
      const read = new Set(found.flatMap(({ text }) => metricsIn(text)));
      for (const name of [
        'sla_detection_lag_seconds_bucket',
        'sla_overdue_unalerted',
        'dead_letters',
        'queue_oldest_job_seconds',
        'subscribers_dropped_total',
        'graphql_operation_duration_seconds_count',
      ])
        expect(read).toContain(name);
    }
  });

  it('filter by labels that the product gives', () => {
    const text = `${served.api}${served.worker}`;
    const wanted = [...alerts(), ...dashboardExpressions()].flatMap(({ text: expression }) =>
      [...expression.matchAll(/([a-z0-9_]+)\{([^}]*)\}/g)].flatMap(([, metric = '', labels = '']) =>
        [...labels.matchAll(/(\w+)[=!~]+"/g)].map(([, label = '']) => ({ metric, label })),
      ),
    );
    const missing = wanted.filter(
      ({ metric, label }) =>
        !OF_PROMETHEUS.includes(metric) && !new RegExp(`^${metric}\\{[^}]*\\b${label}="`, 'm').test(text),
    );
    expect(missing).toEqual([]);
  });

  it('show the age of a job that waits while no worker is there', async () => {
    expect(served.api).toMatch(/^queue_oldest_job_seconds\{queue="imports"\} 0$/m);
    expect(served.api).toMatch(/^dead_letters 0$/m);
    expect(served.api).toMatch(/^subscribers_dropped_total\{reason="too_slow"\} 0$/m);
  });
});

describe('an alert', () => {
  it('has a paragraph in docs/operations.md that says what to do', () => {
    const headings = [...readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8').matchAll(/^#{2,4} (.+)$/gm)].map(
      ([, heading = '']) => `docs/operations.md#${heading.toLowerCase()}`,
    );
    expect(alerts().length).toBeGreaterThanOrEqual(10);
    for (const { place, runbook } of alerts()) {
      expect(runbook).toBe(`docs/operations.md#${place.toLowerCase()}`);
      expect(headings).toContain(runbook);
    }
  });
});

describe('the dashboard', () => {
  it('has panels that do not lie over one another, each with its own id and the chosen data source', () => {
    const panels = dashboardPanels();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos, targets = [] } of panels) {
      for (const { datasource } of targets) expect(datasource.uid).toMatch(/^\$\{datasource\}$/);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken, title).not.toContain(`${x} ${y}`);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

describeWithProgram('promtool', 'prometheus', 'promtool', () => {
  const promtool = (...args: string[]) =>
    execFileSync('promtool', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  it('finds nothing wrong with the configuration and the alerts', () => {
    expect(promtool('check', 'config', 'docs/prometheus.yml')).toContain('SUCCESS');
    expect(promtool('check', 'rules', 'docs/prometheus-alerts.yml')).toContain(`${alerts().length} rules found`);
  });

  it('sees alerts come when they should, and only then', () => {
    expect(promtool('test', 'rules', 'test/prometheus/alerts.test.yml')).toContain('SUCCESS');
  });

  it('understands every expression of the dashboard', () => {
    const rules = dashboardExpressions().map(({ text }, n) => ({
      record: `panel:${n}`,
      expr: text.replaceAll('$__rate_interval', '1m'),
    }));
    const folder = mkdtempSync(join(tmpdir(), 'techsupport-promtool-'));
    try {
      // JSON is YAML.
      writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      expect(promtool('check', 'rules', join(folder, 'rules.yml'))).toContain(`${rules.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
