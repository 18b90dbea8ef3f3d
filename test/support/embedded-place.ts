import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/infrastructure/embedded/start-embedded-postgres.ts';

const instanceScript = join(import.meta.dirname, 'embedded-instance.ts');
const quiet = { info: () => undefined, warn: () => undefined };
const quick = { log: quiet, settings: { fsync: 'off' } };

/** What another process prints that was asked to start an instance. */
export interface Told {
  url: string;
  dataDir: string;
  error?: string;
  message: string;
}

/** A new empty folder for each test, and everything started there, ended and removed afterwards. */
export class EmbeddedPlace {
  folder = '';
  readonly children: ChildProcess[] = [];
  private readonly started: EmbeddedPostgres[] = [];
  private template = '';

  /** Registers itself with vitest for the tests of the calling file. */
  constructor() {
    beforeAll(async () => {
      // Making a cluster takes most of a second; the tests that do not care about the first start copy this one.
      this.template = openFolder();
      const postgres = await startEmbeddedPostgres({ dataDir: this.template, ...quick });
      await postgres.stop();
    });
    afterAll(() => rmSync(this.template, { recursive: true, force: true }));
    beforeEach(() => {
      this.folder = openFolder();
    });
    afterEach(() => this.clear());
  }

  /** Makes the folder what a first start and a stop leave. */
  fillFromTemplate(): void {
    execFileSync('cp', ['-a', `${this.template}/.`, this.folder]);
  }

  async start(dataDir: string, options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir, ...quick, ...options });
    this.started.push(postgres);
    return postgres;
  }

  /** Another process that starts an instance; settles with the line it prints. */
  async startElsewhere(dataDir: string, user: { uid?: number; gid?: number } = {}) {
    const child = spawn(process.execPath, ['--import', 'tsx', instanceScript, dataDir], {
      ...user,
      env: { ...process.env, HOME: this.folder },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.children.push(child);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return { child, told: JSON.parse(String(line)) as Told };
  }

  private async clear(): Promise<void> {
    for (const child of this.children.splice(0)) child.kill('SIGKILL');
    const started = this.started.splice(0);
    await Promise.all(started.map((postgres) => postgres.stop()));
    for (const { dataDir } of started) rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** The column `answer` of the first row. */
export async function query<T = unknown>(url: string, sql: string): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows[0]?.answer as T;
  } finally {
    await client.end();
  }
}

export function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Open to the user that Postgres runs as when the tests run as root. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  chmodSync(folder, 0o755);
  return folder;
}
