import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeAudit } from '../src/compose-audit.ts';
import { createMetrics } from '../src/infrastructure/observability/metrics.ts';
import { PostgresClockAudit } from '../src/infrastructure/postgres/clock-audit.ts';
import { fieldsOf } from './support/audited-ticket.ts';
import { createDesk, MINUTE, type TestDesk } from './support/desk.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Far apart, so that few lie in one share. */
const NUMBERS = [1_001, 1_050, 1_100, 1_101, 1_350, 1_990];
const SMALLEST_SHARE = 100;

let desk: TestDesk;

beforeAll(async () => {
  desk = await createDesk();
  const client = await desk.client('VIP');
  for (const number of NUMBERS) {
    await desk.db.pool.query("SELECT setval('ticket_number_seq', $1, false)", [number]);
    await desk.ticket(client.id);
  }
});
afterAll(() => desk[Symbol.asyncDispose]());
beforeEach(() => desk.db.pool.query("DELETE FROM projections WHERE name LIKE 'clock_audit%'"));

/** A process that audits on the desk's database, and what it counts. */
function openAudit() {
  const counts: number[] = [];
  const { db, clock } = desk;
  const countAudited = (audited: number, mismatched: number) => void counts.push(audited, mismatched);
  return { ...composeAudit({ db, clock, logger: silent, countAudited }), counts };
}

/** Numbers up to which shares, each a minute after the one before, have come. */
async function placesOf(shares: number): Promise<number[]> {
  const places: number[] = [];
  for (let i = 0; i < shares; i += 1) {
    desk.advance(MINUTE);
    await openAudit().auditShare();
    places.push((await openAudit().place()).after);
  }
  return places;
}

describe('the audit in shares', () => {
  it('visits every clock once in a round, in the order of the numbers, and begins anew', async () => {
    const audited: number[] = [];
    for (let share = 0; share < 11; share += 1) {
      desk.advance(MINUTE);
      audited.push((await openAudit().auditShare()).audited);
    }
    expect(audited).toEqual([3, 1, 0, 1, 0, 0, 0, 0, 0, 1, 3]);
  });

  it('keeps its place across processes', async () => {
    expect(await placesOf(4)).toEqual([1_100, 1_200, 1_300, 1_400]);
  });

  it('gets to the end in 1,200 shares of any number of tickets', async () => {
    await desk.db.pool.query('UPDATE tickets SET number = 1001000 WHERE number = 1990');
    expect(await placesOf(3)).toEqual([1_834, 2_668, 3_502]);
    await desk.db.pool.query('UPDATE tickets SET number = 1990 WHERE number = 1001000');
  });

  it('is begun by one of several processes', async () => {
    desk.advance(MINUTE);
    const reports = await Promise.all([1, 2, 3].map(() => openAudit().auditShare()));
    expect(reports.map(({ audited }) => audited).toSorted()).toEqual([0, 0, 3]);
    expect((await openAudit().place()).after).toBe(1_100);
  });

  it('leaves the place to whoever holds it, or has moved it', async () => {
    await placesOf(1);
    const audit = new PostgresClockAudit(desk.db);
    const range = { after: 1_100, upTo: 1_200, limit: 10 };
    const holder = await desk.db.pool.connect();
    try {
      await holder.query("BEGIN; UPDATE projections SET position = 1150 WHERE name = 'clock_audit'");
      expect(await audit.share(range, ({ clocks }) => clocks.length)).toBeNull();
      await holder.query('COMMIT');
    } finally {
      holder.release();
    }
    expect(await audit.share(range, ({ clocks }) => clocks.length)).toBeNull();
    expect((await audit.place()).after).toBe(1_150);
  });

  it('does nothing more when the process stops, and what is left comes next', async () => {
    desk.advance(MINUTE);
    expect(await openAudit().auditShare(AbortSignal.abort())).toMatchObject({ audited: 0 });
    expect(await placesOf(1)).toEqual([1_000 + SMALLEST_SHARE]);
  });

  it('takes back the place of a slice that could not be judged', async () => {
    await placesOf(1);
    const audit = new PostgresClockAudit(desk.db);
    const broken = audit.share({ after: 1_100, upTo: 1_200, limit: 10 }, () => {
      throw new Error('out of memory');
    });
    await expect(broken).rejects.toThrow('out of memory');
    expect((await audit.place()).after).toBe(1_100);
  });

  it('counts clocks and mismatches, and an empty desk counts none', async () => {
    const audit = openAudit();
    desk.advance(MINUTE);
    await desk.db.pool.query('UPDATE tickets SET sla_cycle = 2 WHERE number IN (1001, 1100)');
    await audit.auditShare();
    await desk.db.pool.query('UPDATE tickets SET sla_cycle = 1');
    expect(audit.counts).toEqual([3, 2]);
    await using empty = await createDesk();
    expect(await empty.auditShare()).toMatchObject({ audited: 0, skipped: 0, mismatched: 0 });
  });

  it('is in the metrics from the start', async () => {
    const metrics = createMetrics(silent);
    expect((await metrics.render()).body).toMatch(/^sla_audit_mismatch_total 0$/m);
    metrics.countAudited(250, 2);
    const { body } = await metrics.render();
    expect(body).toMatch(/^sla_audit_mismatch_total 2$/m);
    expect(body).toMatch(/^sla_audited_clocks_total 250$/m);
  });
});

describe('what fell due and was not recorded', () => {
  /** A desk with a ticket whose warning is due 90 minutes after its opening. */
  const openDesk = async () => {
    const opened = await createDesk();
    await opened.ticket((await opened.client('VIP')).id);
    return opened;
  };

  it('is a difference a minute later', async () => {
    await using late = await openDesk();
    late.advance(91 * MINUTE);
    expect(await late.auditAll()).toMatchObject({ audited: 1, mismatched: 0 });
    late.advance(1);
    const { mismatches } = await late.auditAll();
    expect(fieldsOf(mismatches)).toEqual([['overdue']]);
    expect(mismatches[0]?.differences[0]?.recomputed).toBe(
      'a warning or a breach, due 2026-03-02T10:30:00.250Z and not recorded by 2026-03-02T10:31:00.251Z',
    );
    expect(await late.auditAll({ watchedUntil: null })).toMatchObject({ audited: 1, mismatched: 0 });
    await late.jobs.detectBreaches();
    expect(await late.auditAll()).toMatchObject({ mismatched: 0 });
  });

  it('is none in the first share after an outage, which is when the server records it', async () => {
    await using late = await openDesk();
    expect(await late.auditShare()).toMatchObject({ audited: 1, mismatched: 0 });
    late.advance(300 * MINUTE);
    expect(await late.auditShare()).toMatchObject({ audited: 1, mismatched: 0 });
    // The server has been at work for a minute, and still has not recorded it.
    late.advance(MINUTE);
    expect(await late.auditShare()).toMatchObject({ audited: 1, mismatched: 1 });
  });
});
