import { v7 } from 'uuid';
import type { OpenAct } from '../../src/application/trail/open-act.ts';
import type { Act } from '../../src/application/trail/ports.ts';
import { composeDesk } from '../../src/compose-desk.ts';
import { composeTrail } from '../../src/compose-trail.ts';
import { followed } from '../../src/infrastructure/followed.ts';
import { Database } from '../../src/infrastructure/postgres/database.ts';
import { postgresUsers } from '../../src/infrastructure/postgres/user-store.ts';
import { createDesk } from './desk.ts';
import { doomed } from './races-doom.ts';
import { entriesOf, type TrailRow } from './trail-rows.ts';

/** A desk whose mutations are recorded, on connections that can be killed; entries by themselves come by others, which live. */
export async function createTrailedDesk() {
  const desk = await createDesk();
  const acts = followed<OpenAct>();
  const errors: Record<string, unknown>[] = [];
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: Record<string, unknown>) => void errors.push(fields),
  };
  const victim = new Database({
    url: desk.url,
    maxConnections: 4,
    statementTimeoutMs: 20_000,
    applicationName: 'desk-victim',
    acts,
    onEvents: () => desk.wakeUp.announce(),
    onError: () => undefined,
  });
  const doom = doomed(victim, desk.db);
  const { trail, auditLog } = composeTrail({
    db: desk.db,
    workDb: desk.db,
    acts,
    clock: desk.clock,
    newId: v7,
    logger,
  });
  const { mutations, bulk } = composeDesk({
    db: victim,
    workDb: victim,
    users: postgresUsers(victim),
    imports: { find: async () => null },
    wakeUp: desk.wakeUp,
    clock: desk.clock,
    newId: v7,
    fingerprint: (text) => text,
    logger,
    observeLag: () => undefined,
    trail,
    scheduleMore: async () => undefined,
    maxBacklog: 1_000,
  });
  const sql = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await desk.db.pool.query<T>(text, values)).rows;

  return {
    ...desk,
    mutations,
    bulk,
    acts,
    trail,
    auditLog,
    doom,
    errors,
    sql,
    /** An act of the desk's first admin. */
    act: (fields: Partial<Act> = {}): Act => ({
      action: 'changeTicketStatus',
      actorId: desk.admin.id,
      ip: '192.0.2.1',
      requestId: 'request',
      subjectId: null,
      tried: {},
      ...fields,
    }),
    entriesOf: <T>(action: () => Promise<T>) => entriesOf({ sql }, action),
    /** The entries of one subject, in order. */
    entriesAbout: (subjectId: string): Promise<TrailRow[]> =>
      sql('SELECT * FROM audit_log WHERE subject_id = $1 ORDER BY occurred_at, id', [subjectId]),
    async [Symbol.asyncDispose](): Promise<void> {
      await victim.close();
      await desk[Symbol.asyncDispose]();
    },
  };
}

export type TrailedDesk = Awaited<ReturnType<typeof createTrailedDesk>>;
