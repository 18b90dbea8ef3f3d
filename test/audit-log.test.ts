import * as fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditQuery } from '../src/application/trail/list-audit-entries.ts';
import type { AuditEntry } from '../src/domain/trail.ts';
import { failure } from './support/desk.ts';
import { plansOf } from './support/plans.ts';
import { patience, rounds } from './support/soak.ts';
import { createTrailedDesk, type TrailedDesk } from './support/trailed-desk.ts';

let desk: TrailedDesk;
beforeAll(async () => {
  desk = await createTrailedDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

const EVERYTHING = { actorId: null, action: null, subjectId: null, from: null, to: null, first: 50, after: null };
const list = (query: Partial<AuditQuery> = {}) =>
  desk.auditLog.listAuditEntries(desk.admin, { ...EVERYTHING, ...query });

const ACTIONS = ['login', 'createTicket', 'changeTicketStatus'];
const [ACTORS, SUBJECTS] = [
  [v7(), v7(), null],
  [v7(), v7(), v7(), null],
];
const DAY_MS = 86_400_000;
/** Few instants, so that many entries share one. */
const at = (tick: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + tick * DAY_MS);

const entry = fc.record({
  actorId: fc.constantFrom(...ACTORS),
  action: fc.constantFrom(...ACTIONS),
  subjectId: fc.constantFrom(...SUBJECTS),
  occurredAt: fc.integer({ min: 0, max: 12 }).map(at),
});
const filter = fc.record({
  actorId: fc.constantFrom(...ACTORS, v7()),
  action: fc.constantFrom(...ACTIONS, null, 'nothing'),
  subjectId: fc.constantFrom(...SUBJECTS),
  from: fc.option(fc.integer({ min: 0, max: 6 }).map(at)),
  to: fc.option(fc.integer({ min: 7, max: 13 }).map(at)),
});

async function add(entries: readonly Partial<AuditEntry>[]): Promise<void> {
  const rows = entries.map(({ actorId, action, subjectId, occurredAt }) => ({
    id: v7(),
    actorId,
    action,
    subjectId,
    occurredAt,
  }));
  await desk.sql(
    `INSERT INTO audit_log (id, actor_id, action, subject_id, occurred_at, succeeded)
     SELECT "id", "actorId", "action", "subjectId", "occurredAt", true
       FROM jsonb_to_recordset($1) AS (id uuid, "actorId" uuid, action text, "subjectId" uuid, "occurredAt" timestamptz)`,
    [JSON.stringify(rows)],
  );
}

/** Every stored entry that the filter is about, newest first, found without the list. */
async function expected(query: Partial<AuditQuery>): Promise<string[]> {
  const all = await desk.sql<{ id: string; actor_id: string; action: string; subject_id: string; occurred_at: Date }>(
    'SELECT * FROM audit_log',
  );
  const found = all.filter(
    (row) =>
      (!query.actorId || row.actor_id === query.actorId) &&
      (!query.action || row.action === query.action) &&
      (!query.subjectId || row.subject_id === query.subjectId) &&
      (!query.from || row.occurred_at >= query.from) &&
      (!query.to || row.occurred_at < query.to),
  );
  const key = (row: (typeof all)[number]) => `${row.occurred_at.toISOString()} ${row.id}`;
  return found.toSorted((a, b) => (key(a) < key(b) ? 1 : -1)).map(({ id }) => id);
}

describe('the list', () => {
  it(
    'holds what the filter asks for, newest first, each once, whatever comes in between the pages',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(entry, { maxLength: 40 }),
          filter,
          fc.integer({ min: 1, max: 20 }),
          async (more, asked, first) => {
            await add(more);
            const wanted = await expected(asked);
            const seen: string[] = [];
            let after: string | null = null;
            do {
              const page = await list({ ...asked, first, after });
              seen.push(...page.items.map(({ node }) => node.id));
              expect(page.hasPreviousPage).toBe(after !== null);
              if (after === null) expect(await page.totalCount()).toBe(wanted.length);
              after = page.hasNextPage ? (page.items.at(-1)?.cursor ?? null) : null;
              // Newer than all that is listed, and by the filter's own measure.
              await add([{ ...asked, action: asked.action ?? 'login', occurredAt: at(12.5) }]);
            } while (after !== null);
            expect(seen).toEqual(wanted);
            await desk.sql(`BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit_log WHERE id IN
            (SELECT id FROM audit_log ORDER BY id DESC OFFSET 150); COMMIT`);
          },
        ),
        { numRuns: rounds(25, 2_000) },
      );
    },
    patience(30_000),
  );

  it.each([
    ['first', { first: 0 }],
    ['first', { first: 101 }],
    ['actorId', { actorId: 'me' }],
    ['subjectId', { subjectId: '{"$ne":null}' }],
    ['action', { action: 'a\0b' }],
    ['action', { action: '' }],
    ['to', { from: at(1), to: at(1) }],
    ['after', { after: 'nonsense' }],
  ] as const)('is refused when %s is wrong: %o', async (path, query) => {
    expect(await failure(list(query))).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [expect.objectContaining({ path })] },
    });
  });

  it('takes ids in any case', async () => {
    const actorId = v7();
    await add([{ actorId, action: 'login', subjectId: null, occurredAt: at(1) }]);
    expect((await list({ actorId: actorId.toUpperCase() })).items).toHaveLength(1);
  });

  it.each([
    'SUPERVISOR',
    'AGENT',
  ] as const)('is for an ADMIN: not for an %s, and neither is one entry', async (role) => {
    const somebody = await desk.person(role);
    expect(await failure(desk.auditLog.listAuditEntries(somebody, EVERYTHING))).toMatchObject({ code: 'FORBIDDEN' });
    const [newest] = (await list({ first: 1 })).items;
    expect(await desk.auditLog.getAuditEntry(somebody, newest?.node.id ?? '')).toBeNull();
    expect(await desk.auditLog.getAuditEntry(desk.admin, newest?.node.id ?? '')).toEqual(newest?.node);
  });
});

describe('over 50,000 entries', () => {
  beforeAll(async () => {
    await desk.sql(
      `INSERT INTO audit_log (id, occurred_at, actor_id, action, subject_id, succeeded)
       SELECT gen_random_uuid(), now() - interval '1 min' * n, md5((n % 50)::text)::uuid,
         CASE WHEN n % 100 = 0 THEN 'setSlaPolicy' ELSE 'changeTicketStatus' END, md5((n % 9000)::text)::uuid, true
         FROM generate_series(1, 50000) n`,
    );
    await desk.sql('VACUUM ANALYZE audit_log');
  });

  const dayAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
  it.each([
    ['everything', {}],
    ['an actor', { actorId: 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' }],
    ['a common action', { action: 'changeTicketStatus' }],
    ['a rare action', { action: 'setSlaPolicy' }],
    ['a subject', { subjectId: 'c4ca4238-a0b9-2382-0dcc-509a6f75849b' }],
    ['a time', { from: dayAgo(20), to: dayAgo(19) }],
    ['an actor and a time', { actorId: 'c4ca4238-a0b9-2382-0dcc-509a6f75849b', to: dayAgo(20) }],
  ] as const)('a page of %s comes from an index, the first and one behind a cursor', async (_, asked) => {
    const { items } = await list({ ...asked, first: 5 });
    expect(items).toHaveLength(5);
    for (const query of [asked, { ...asked, after: items.at(-1)?.cursor ?? null }]) {
      const plans = await plansOf(desk.db.pool, () => list(query));
      expect(plans).toHaveLength(1);
      expect(plans[0]).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
      expect(plans[0]).not.toContain('Seq Scan');
    }
  });
});
