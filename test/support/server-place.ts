import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { buildServer } from './built-server.ts';
import { databaseUrl, execute } from './execute.ts';
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts';

/** Servers, folders and empty databases of one test file, ended and removed after it. Builds the server first. */
export class ServerPlace {
  private readonly servers: ServerProcess[] = [];
  private readonly folders: string[] = [];
  private readonly databases: string[] = [];

  /** Registers itself with vitest for the tests of the calling file. */
  constructor() {
    beforeAll(buildServer);
    afterAll(() => this.clear());
  }

  async start(options: ServerOptions): Promise<ServerProcess> {
    const server = await startServer(options);
    this.servers.push(server);
    return server;
  }

  /** A new empty folder that every user may enter. */
  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'techsupport start '));
    chmodSync(folder, 0o755);
    this.folders.push(folder);
    return folder;
  }

  /** URL of a new database without a table. */
  async emptyDatabase(): Promise<string> {
    const { adminUrl } = inject('postgres');
    const name = `start_${process.pid}_${this.databases.length}_${Date.now()}`;
    await execute(adminUrl, `CREATE DATABASE ${name}`);
    this.databases.push(name);
    return databaseUrl(adminUrl, name);
  }

  private async clear(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    for (const name of this.databases) {
      await execute(inject('postgres').adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
