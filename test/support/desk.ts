import { createHash, randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from '../../src/application/runtime.ts';
import { composeDesk } from '../../src/compose-desk.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { ClientTier, Role } from '../../src/domain/enums.ts';
import type { LoggedEvent, NewEvent } from '../../src/domain/event.ts';
import { SEEDED_POLICIES } from '../../src/domain/sla-policy.ts';
import type { Ticket } from '../../src/domain/ticket.ts';
import { PostgresClockSlices } from '../../src/infrastructure/postgres/clock-slices.ts';
import { Database } from '../../src/infrastructure/postgres/database.ts';
import { postgresUsers } from '../../src/infrastructure/postgres/user-store.ts';
import { PostgresWakeUp } from '../../src/infrastructure/postgres/wake-up.ts';
import { createTestDatabase } from './postgres.ts';

const CONNECTIONS = 10;
export const MINUTE = 60_000;

interface DeskOptions {
  /** The real time, moved by `advance`, instead of a clock that stands still until it is moved. */
  readonly realTime?: boolean;
  readonly maxBacklog?: number;
}

/** Tickets, clients, SLA and live events as the server wires them, on a database of their own with seeded policies. */
export async function createDesk({ realTime = false, maxBacklog = 1_000 }: DeskOptions = {}) {
  const database = await createTestDatabase();
  const warnings: { fields: Record<string, unknown>; message: string }[] = [];
  const logger = {
    info: () => undefined,
    warn: (fields: Record<string, unknown>, message: string) => void warnings.push({ fields, message }),
    error: (fields: Record<string, unknown>, message: string) => void warnings.push({ fields, message }),
  };
  const wakeUp = new PostgresWakeUp(database.url, logger);
  const open = (maxConnections: number) =>
    new Database({
      url: database.url,
      maxConnections,
      statementTimeoutMs: 20_000,
      applicationName: 'desk-test',
      onEvents: () => wakeUp.announce(),
      // A test may kill a backend.
      onError: (error) => {
        if (!/terminat/.test(error.message)) throw error;
      },
    });
  const db = open(CONNECTIONS);
  let now = Date.parse('2026-03-02T09:00:00.250Z');
  let offset = 0;
  const clock: Clock = { now: () => (realTime ? new Date(Date.now() + offset) : new Date(now)) };
  const lags: number[] = [];
  const scheduled: number[] = [];
  const desk = composeDesk({
    db,
    workDb: db,
    users: postgresUsers(db),
    imports: { find: async () => null },
    wakeUp,
    clock,
    newId: v7,
    fingerprint: (text) => createHash('sha256').update(text).digest('base64'),
    logger,
    observeLag: (seconds) => void lags.push(seconds),
    scheduleMore: async () => void scheduled.push(now),
    maxBacklog,
  });
  await desk.stores.policies.seed(SEEDED_POLICIES, clock.now());
  await wakeUp.start();

  const person = async (role: Role, active = true): Promise<Actor> => {
    const id = v7();
    await db.pool.query(
      'INSERT INTO users (id, email, name, role, active, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, `${randomUUID()}@example.com`, `${role} ${id.slice(-4)}`, role, active, 'none', clock.now()],
    );
    return { id, role };
  };
  const admin = await person('ADMIN');

  return {
    ...desk,
    url: database.url,
    db,
    /** Another pool on the same database, as another process has one. */
    open,
    wakeUp,
    clock,
    warnings,
    /** Seconds between due instant and detection, as they were observed. */
    lags,
    /** One entry for each time that the rest of a policy move was handed to the background. */
    scheduled,
    slices: new PostgresClockSlices(db, desk.stores.policies),
    admin,
    person,
    advance(milliseconds: number): void {
      now += milliseconds;
      offset += milliseconds;
    },
    setTime(at: Date): void {
      now = at.getTime();
    },
    client(tier: ClientTier = 'NORMAL', name = `Client ${randomUUID().slice(0, 8)}`) {
      return desk.clients.createClient(admin, { name, tier });
    },
    ticket(clientId: string, fields: Partial<Parameters<typeof desk.mutations.createTicket>[1]> = {}): Promise<Ticket> {
      const input = { clientId, title: 'Printer on fire', description: 'It smokes.', priority: 3, ...fields };
      return desk.mutations.createTicket(admin, input);
    },
    /** The ticket as it is stored now. */
    async stored(id: string): Promise<Ticket> {
      const [ticket] = await desk.stores.tickets.byIds([id]);
      if (!ticket) throw new Error(`There is no ticket ${id}.`);
      return ticket;
    },
    /** Everything that was logged so far, or of one subject, in order. */
    async events(subjectId: string | null = null): Promise<LoggedEvent[]> {
      const { log } = desk.stores;
      return log.read({ types: null, subjectId }, 0, await log.settled(), 1_000_000);
    },
    /** Logs `count` changes of a ticket in one transaction, without the ticket; returns the ids of the events. */
    async logUpdates(subjectId: string, count: number): Promise<string[]> {
      const events: NewEvent[] = Array.from({ length: count }, () => ({
        id: v7(),
        type: 'ticket.updated',
        subjectId,
        actorId: null,
        from: null,
        to: null,
        occurredAt: clock.now(),
        data: null,
      }));
      await db.transaction(async (tx) => tx.append(events));
      return events.map(({ id }) => id);
    },
    async typesOf(subjectId: string): Promise<string[]> {
      return (await this.events(subjectId)).map(({ type }) => type);
    },
    async escalationsOf(id: string) {
      return (await desk.stores.tickets.escalationsOf([id]))[0] ?? [];
    },
    /** Opens every connection of the pool, so that calls that follow really run at the same time. */
    async connectAll(): Promise<void> {
      const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => db.pool.connect()));
      for (const client of clients) client.release();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await desk.deadlineTimer.stop();
      await desk.hub.stop();
      await wakeUp.stop();
      await db.close();
      await database.drop();
    },
  };
}

export type TestDesk = Awaited<ReturnType<typeof createDesk>>;

/** The code and details of the DomainError that `action` fails with. */
export async function failure(action: Promise<unknown>): Promise<{ code: string; details: Record<string, unknown> }> {
  try {
    await action;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'details' in error) {
      return { code: String(error.code), details: error.details as Record<string, unknown> };
    }
    throw error;
  }
  throw new Error('It should have failed.');
}

/** Resolves once `condition` holds, asked again after every turn of the event loop that it awaits; fails after 20 seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`This never came to hold: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
