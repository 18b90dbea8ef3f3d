import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { generateWorkbook } from '../../src/infrastructure/excel/generate-workbook.ts';
import { Api } from '../smoke/api.ts';
import { importWorkbook } from '../smoke/imports.ts';
import { Steps } from '../smoke/steps.ts';
import { type Alert, deskCalls } from './desk-calls.ts';
import { Fleet, type ProcessRole } from './fleet.ts';
import { followAlerts } from './follow.ts';
import { createCaller, type GraphqlCaller } from './graphql-client.ts';
import { newsSender } from './news.ts';
import type { ServerPlace } from './server-place.ts';
import { makeTicketDue } from './sla-view.ts';

/** Others run beside it; how fast an import is is measured elsewhere. */
const WITHIN_SECONDS = 90;
const ADMIN = { email: 'admin@techsupport.pro', password: 'admin123' };

/** Processes of the product on an empty database, with what `env` names beside it, and the first admin signed in. */
export interface Column {
  readonly fleet: Fleet;
  /** Before its first ticket. */
  readonly startedAt: Date;
  /** The admin as a caller of the n-th API, counted round. */
  admin(n: number): GraphqlCaller;
  readonly desk: ReturnType<typeof deskCalls>;
  /** Makes the promise of a ticket due now, past the API, whose smallest unit is a minute. */
  breakPromise(ticketId: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts all of them at once: one migrates, and one makes the first admin. */
export async function startColumn(
  place: ServerPlace,
  roles: readonly ProcessRole[],
  env: Readonly<Record<string, string>>,
): Promise<Column> {
  const databaseUrl = await place.emptyDatabase();
  const fleet = new Fleet(place, databaseUrl, { IMPORT_CHUNK_ROWS: '50', SLA_AUDIT: 'false', ...env });
  await fleet.start(roles);
  const { token } = await new Api(fleet.apiAt(0).origin).as(ADMIN.email, ADMIN.password);
  const admin = (n: number) => createCaller(fleet.apiAt(n).origin, token);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  // The database goes before the connection does.
  pool.on('error', () => undefined);
  const news = newsSender(loadConfig({ NODE_ENV: 'test', ...env }).redis, pool);
  return {
    fleet,
    startedAt: new Date(),
    admin,
    desk: deskCalls({ admin: admin(0), sql: async (text, values = []) => (await pool.query(text, values)).rows }),
    async breakPromise(ticketId) {
      await makeTicketDue(pool, ticketId, new Date());
      await news.send();
    },
    async stop() {
      news.close();
      await pool.end();
      for (const member of [...fleet.workers, ...fleet.apis]) {
        expect(await fleet.stop(member)).toMatchObject({ code: 0, signal: null, stderr: '' });
      }
    },
  };
}

/** Tickets of a VIP client break their promise one after the other; a subscriber that is cut off between them misses none. */
export async function hearOfBreaches({ admin, desk, breakPromise }: Column): Promise<void> {
  const client = await desk.client('VIP');
  const [first, second, third] = [await desk.ticket(client), await desk.ticket(client), await desk.ticket(client)];
  const breached = (id: string) => ({ kind: 'BREACHED', action: 'ESCALATE', ticket: { id, status: 'ESCALATED' } });
  const next = async (feed: { next(): Promise<{ slaAlerts: Alert }> }) => (await feed.next()).slaAlerts;

  const live = followAlerts(admin(1), await desk.cursor());
  await breakPromise(first);
  const heard = await next(live);
  expect(heard).toMatchObject(breached(first));
  live.drop();
  await breakPromise(second);
  // By the other API, whose own subscriber shows that it has happened.
  const witness = followAlerts(admin(0), heard.cursor);
  expect(await next(witness)).toMatchObject(breached(second));
  await witness.stop();

  const resumed = followAlerts(admin(1), heard.cursor);
  expect(await next(resumed)).toMatchObject(breached(second));
  await breakPromise(third);
  expect(await next(resumed)).toMatchObject(breached(third));
  expect(resumed.waiting).toEqual([]);
  await resumed.stop();
}

/**
 * Imports a workbook of `rows` rows through an API: progress by subscription, dead letters, the five reports against a recount
 * of the workbook, the same bytes again, retried and discarded letters. Returns the number of rows that went in.
 */
export async function importHistory({ fleet, startedAt, admin }: Column, rows: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'column-'));
  try {
    const path = join(folder, 'history.xlsx');
    const now = new Date(startedAt.getTime() - 1_000);
    const { bad } = await generateWorkbook({ rows, badShare: 0.02, seed: 4, out: path, now });
    const api = new Api(fleet.apiAt(1).origin, admin(1).token);
    const good = await importWorkbook(new Steps(), api, { path, rows, bad }, startedAt, WITHIN_SECONDS);
    return good.length;
  } finally {
    await rm(folder, { recursive: true });
  }
}
