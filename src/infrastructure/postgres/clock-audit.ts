import { and, asc, eq, gt, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { AuditedClock, AuditPlace, AuditSlice, ClockAudit } from '../../application/sla/audit-ports.ts';
import { AUDITED_EVENT_TYPES, type AuditedEvent } from '../../domain/audit/audited-ticket.ts';
import { policyBook } from '../../domain/audit/policy-book.ts';
import type { SlaPolicy } from '../../domain/sla-policy.ts';
import type { Database, Sql } from './database.ts';
import { eventLog, projections } from './schema/event-log.ts';
import { escalations, slaCycles, slaPolicies, tickets } from './schema/tickets.ts';
import { ticketColumns, toInterval, toTicket } from './ticket-rows.ts';

/** The names of the audit's rows in `projections`: the number of the last audited ticket, and when a share was last begun, in ms. */
const PLACE = 'clock_audit';
const BEGUN = 'clock_audit_begun';

const SERIALIZATION_FAILURE = '40001';
const WRITING = { isolationLevel: 'repeatable read', accessMode: 'read write' } as const;
const READING = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;

/** Long texts, which have no part in a clock, stay where they are. */
const columns = {
  ...ticketColumns,
  title: sql<string>`''`,
  description: sql<string>`''`,
  slaNextDeadlineAt: tickets.slaNextDeadlineAt,
};
const isEdit = sql`${eventLog.type} = 'ticket.updated'`;
const eventColumns = {
  ticketId: eventLog.subjectId,
  type: eventLog.type,
  actorId: eventLog.actorId,
  from: sql<string | null>`CASE WHEN ${isEdit} THEN NULL ELSE ${eventLog.from} END`,
  to: sql<string | null>`CASE WHEN ${isEdit} THEN NULL ELSE ${eventLog.to} END`,
  occurredAt: eventLog.occurredAt,
  data: eventLog.data,
};

/** Reads rows and logs for the audit, each slice in one snapshot. */
export class PostgresClockAudit implements ClockAudit {
  readonly #db: Database;
  /** Versions never change: the same objects again, so that what is compiled for their calendars is found. */
  #policies: SlaPolicy[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  place(): Promise<AuditPlace> {
    return this.#place(this.#db.sql);
  }

  async read<T>({ after, limit }: { readonly after: number; readonly limit: number }, judge: (slice: AuditSlice) => T) {
    const slice = await this.#db.transaction(
      ({ sql: tx }) => this.#slice(tx, gt(tickets.number, after), limit),
      READING,
    );
    const last = slice.clocks.at(-1)?.stored.ticket.number;
    return last === undefined ? null : { verdict: judge(slice), last };
  }

  async of<T>(ids: readonly string[], judge: (slice: AuditSlice) => T): Promise<T> {
    const range = inArray(tickets.id, [...ids]);
    return judge(await this.#db.transaction(({ sql: tx }) => this.#slice(tx, range, ids.length), READING));
  }

  beginShare(now: Date, notSince: Date): Promise<AuditPlace | null> {
    return this.#db.transaction(async ({ sql: tx }) => {
      await tx
        .insert(projections)
        .values([
          { name: PLACE, position: 0 },
          { name: BEGUN, position: 0 },
        ])
        .onConflictDoNothing();
      await tx.select().from(projections).where(eq(projections.name, BEGUN)).for('update');
      const place = await this.#place(tx);
      if (place.begunBefore && place.begunBefore >= notSince && place.begunBefore <= now) return null;
      await moveTo(tx, BEGUN, now.getTime());
      if (place.after < place.last) return place;
      await moveTo(tx, PLACE, 0);
      return { ...place, after: 0 };
    });
  }

  async share<T>(
    { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number },
    judge: (slice: AuditSlice) => T,
  ) {
    try {
      return await this.#db.transaction(async ({ sql: tx }) => {
        const held = tx
          .select()
          .from(projections)
          .where(eq(projections.name, PLACE))
          .for('update', { skipLocked: true });
        const saved = (await held)[0]?.position;
        if (saved !== after) return null;
        const range = and(gt(tickets.number, after), lte(tickets.number, upTo)) ?? sql`false`;
        const slice = await this.#slice(tx, range, limit);
        const last = slice.clocks.length < limit ? upTo : (slice.clocks.at(-1)?.stored.ticket.number ?? upTo);
        await moveTo(tx, PLACE, last);
        return { verdict: judge(slice), last };
      }, WRITING);
    } catch (error) {
      // Another process moved the place in the same moment.
      if (codeOf(error) === SERIALIZATION_FAILURE) return null;
      throw error;
    }
  }

  async #place(tx: Sql): Promise<AuditPlace> {
    const { rows } = await tx.execute<Record<'after' | 'begun' | 'first' | 'last', string>>(sql`
      SELECT coalesce((SELECT position FROM projections WHERE name = ${PLACE}), 0)::text AS after,
             coalesce((SELECT position FROM projections WHERE name = ${BEGUN}), 0)::text AS begun,
             coalesce((SELECT min(number) FROM tickets), 0)::text AS first,
             coalesce((SELECT max(number) FROM tickets), 0)::text AS last`);
    const [row] = rows;
    const begun = Number(row?.begun ?? 0);
    return {
      after: Number(row?.after ?? 0),
      first: Number(row?.first ?? 0),
      last: Number(row?.last ?? 0),
      begunBefore: begun === 0 ? null : new Date(begun),
    };
  }

  async #slice(tx: Sql, range: SQL, limit: number): Promise<AuditSlice> {
    const rows = await tx.select(columns).from(tickets).where(range).orderBy(asc(tickets.number)).limit(limit);
    const ids = rows.map(({ id }) => id);
    const policies = await this.#allPolicies(tx);
    if (ids.length === 0) return { clocks: [], policies };
    const [events, cycles, raised] = [
      await tx
        .select(eventColumns)
        .from(eventLog)
        .where(and(inArray(eventLog.subjectId, ids), inArray(eventLog.type, [...AUDITED_EVENT_TYPES])))
        .orderBy(asc(eventLog.subjectId), asc(eventLog.position)),
      await tx.select().from(slaCycles).where(inArray(slaCycles.ticketId, ids)).orderBy(asc(slaCycles.cycle)),
      await tx.select().from(escalations).where(inArray(escalations.ticketId, ids)),
    ];
    const eventsOf = grouped(events);
    const cyclesOf = grouped(cycles);
    const raisedOf = grouped(raised);
    const clocks = rows.map(
      (row): AuditedClock => ({
        stored: {
          ticket: toTicket(row),
          nextDeadlineAt: row.slaNextDeadlineAt,
          cycles: (cyclesOf.get(row.id) ?? []).map((cycle) => ({
            ...cycle,
            intervals: cycle.intervals.map(toInterval),
          })),
          escalations: raisedOf.get(row.id) ?? [],
        },
        events: (eventsOf.get(row.id) ?? []).map((event) => ({ ...event, type: event.type as AuditedEvent['type'] })),
      }),
    );
    return { clocks, policies };
  }

  async #allPolicies(tx: Sql) {
    const known = new Map(this.#policies.map((policy) => [`${policy.tier}:${policy.version}`, policy]));
    const rows = await tx.select().from(slaPolicies);
    this.#policies = rows.map((row) => known.get(`${row.tier}:${row.version}`) ?? row);
    return policyBook(this.#policies);
  }
}

async function moveTo(tx: Sql, name: string, position: number): Promise<void> {
  await tx.update(projections).set({ position }).where(eq(projections.name, name));
}

function grouped<T extends { readonly ticketId: string | null }>(rows: readonly T[]): Map<string | null, T[]> {
  const groups = new Map<string | null, T[]>();
  for (const row of rows) {
    const group = groups.get(row.ticketId);
    if (group) group.push(row);
    else groups.set(row.ticketId, [row]);
  }
  return groups;
}

/** The SQLSTATE of an error, which drizzle wraps. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
