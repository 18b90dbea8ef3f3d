import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskWithFullLife, fieldsOf } from './support/audited-ticket.ts';
import type { TestDesk } from './support/desk.ts';

const TABLES = ['escalations', 'sla_cycles', 'tickets'];

let desk: TestDesk;
let id: string;

beforeAll(async () => {
  ({ desk, id } = await deskWithFullLife());
  for (const table of TABLES) await desk.db.pool.query(`CREATE TABLE kept_${table} AS TABLE ${table}`);
});
afterAll(() => desk[Symbol.asyncDispose]());

/** What the audit finds after `sql`, which is then taken back. */
async function tampered(sql: string) {
  const { rowCount } = await desk.db.pool.query(sql);
  expect(rowCount).toBe(1);
  try {
    return await desk.auditAll();
  } finally {
    for (const table of TABLES) await desk.db.pool.query(`DELETE FROM ${table}`);
    for (const table of TABLES.toReversed()) await desk.db.pool.query(`INSERT INTO ${table} TABLE kept_${table}`);
  }
}

const inJson = (path: string, value: string) => `jsonb_set(sla_intervals, '{${path}}', '${value}')`;
const later = (column: string) => `${column} = ${column} + interval '1 ms'`;

describe('a row that somebody changed', () => {
  it('has lived through everything before', async () => {
    expect(await desk.auditAll()).toMatchObject({ audited: 1, skipped: 0, mismatches: [] });
    const { rows } = await desk.db.pool.query('SELECT cycle, level FROM escalations ORDER BY cycle, level');
    expect(rows.map(({ cycle, level }) => `${cycle}.${level}`)).toEqual(['1.1', '1.2', '2.1', '2.2']);
  });

  it.each([
    ['due instant', later('sla_due_at'), ['dueAt']],
    ['lost due instant', 'sla_due_at = NULL', ['dueAt']],
    ['instant of risk', later('sla_at_risk_at'), ['atRiskAt']],
    ['warning', 'sla_at_risk_alerted_at = NULL', ['atRiskAlertedAt']],
    ['breach', later('sla_breached_at'), ['breachedAt']],
    ['lost breach', 'sla_breached_at = NULL', ['breachedAt']],
    ['detection', later('sla_detected_at'), ['detectedAt']],
    ['level', 'escalation_level = 3', ['escalationLevel']],
    ['ladder', later('sla_ladder_from'), ['ladderFrom']],
    ['next level', later('sla_next_escalation_at'), ['nextEscalationAt']],
    ['acknowledgement', 'sla_acknowledged_at = now()', ['acknowledgedAt']],
    ['deadline that detection reads', 'sla_next_deadline_at = NULL', ['nextDeadlineAt']],
    ['start', later('sla_started_at'), ['startedAt']],
    ['state', "sla_state = 'PAUSED'", ['state']],
    ['policy version', 'sla_policy_version = 2', ['policyVersion']],
    ['tier', "sla_tier = 'NORMAL', sla_policy_version = 1", ['tier', 'policyVersion']],
    ['cycle', 'sla_cycle = 1', ['cycle']],
    ['met clock', 'sla_met_at = now()', ['metAt']],
    ['status', "status = 'OPEN'", ['status']],
    ['version', 'version = version + 1', ['version']],
    ['deletion', 'deleted_at = now()', ['deletedAt']],
    ['resolution', 'resolved_at = now()', ['resolvedAt']],
    ['closing', 'closed_at = now()', ['closedAt']],
    ['start of a stretch', `sla_intervals = ${inJson('1,from', '"2026-03-02T11:00:00Z"')}`, ['intervals[1].from']],
    ['end of a stretch', `sla_intervals = ${inJson('0,to', '"2026-03-02T11:00:00Z"')}`, ['intervals[0].to']],
    ['reason of a stretch', `sla_intervals = ${inJson('2,reason', '"Because."')}`, ['intervals[2].reason']],
    ['kind of a stretch', `sla_intervals = ${inJson('1,state', '"RUNNING"')}`, ['intervals[1].state']],
    ['lost stretch', 'sla_intervals = sla_intervals - 2', ['intervals[2]']],
  ])('is found by the %s', async (_, change, fields) => {
    const { mismatched, mismatches } = await tampered(`UPDATE tickets SET ${change}`);
    expect({ mismatched, fields: fieldsOf(mismatches) }).toEqual({ mismatched: 1, fields: [fields] });
  });

  it.each([
    ['breach', later('breached_at'), ['cycles[1].breachedAt']],
    ['end', later('met_at'), ['cycles[1].metAt']],
    ['due instant', later('due_at'), ['cycles[1].dueAt']],
    ['level', 'escalation_level = 1', ['cycles[1].escalationLevel']],
    ['acknowledgement', 'acknowledged_at = NULL', ['cycles[1].acknowledgedAt']],
    ['stretch', `intervals = jsonb_set(intervals, '{0,to}', 'null')`, ['cycles[1].intervals[0].to']],
    ['number', 'cycle = 7', ['cycles[7]', 'cycles[1]']],
  ])('is found in an ended cycle by its %s', async (_, change, fields) => {
    const { mismatches } = await tampered(`UPDATE sla_cycles SET ${change}`);
    expect(fieldsOf(mismatches)).toEqual([fields]);
  });

  it.each([
    [
      'reason',
      `UPDATE escalations SET reason = 'policy_changed' WHERE cycle = 1 AND level = 1`,
      '[cycle 1, level 1].reason',
    ],
    [
      'instant',
      `UPDATE escalations SET ${later('escalated_at')} WHERE cycle = 2 AND level = 2`,
      '[cycle 2, level 2].escalatedAt',
    ],
    [
      'acknowledgement',
      'UPDATE escalations SET acknowledged_by_id = NULL WHERE cycle = 1 AND level = 2',
      '[cycle 1, level 2].acknowledgedById',
    ],
    ['absence', 'DELETE FROM escalations WHERE cycle = 2 AND level = 1', '[cycle 2, level 1]'],
    ['level', 'UPDATE escalations SET level = 3 WHERE cycle = 1 AND level = 2', '[cycle 1, level 3]'],
  ])('is found among the escalations by its %s', async (_, sql, field) => {
    const { mismatches } = await tampered(sql);
    expect(fieldsOf(mismatches)[0]).toContain(`escalations${field}`);
  });

  it('is found when a whole cycle is gone', async () => {
    const { mismatches } = await tampered('DELETE FROM sla_cycles');
    expect(fieldsOf(mismatches)).toEqual([['cycles[1]']]);
  });

  it('is logged once, with its name and both explanations', async () => {
    desk.warnings.length = 0;
    await tampered("UPDATE tickets SET sla_due_at = '2026-03-02T23:00:00Z'");
    const [line, ...others] = desk.warnings;
    expect(others).toEqual([]);
    expect(line?.message).toBe('the stored clock is not what its log says');
    expect(line?.fields).toMatchObject({
      ticketId: id,
      reference: 'TSP-1001',
      fields: ['dueAt'],
      differences: [{ field: 'dueAt', stored: '2026-03-02T23:00:00.000Z', recomputed: '2026-03-02T12:37:00.292Z' }],
    });
    const sum = 'start 2026-03-02T10:52:00.285Z + 90 minutes + 900.007 s paused';
    expect(line?.fields.stored).toContain(
      `Due 2026-03-02T23:00:00.000Z: ${sum}, but this gives 2026-03-02T12:37:00.292Z.`,
    );
    expect(line?.fields.recomputed).toContain(`Due 2026-03-02T12:37:00.292Z: ${sum}.`);
    for (const side of [line?.fields.stored, line?.fields.recomputed]) {
      expect(side).toContain(
        'VIP version 3: 90 minutes round the clock, at risk at 75 %, ESCALATE, a level every 30 minutes',
      );
      expect(side).toContain(
        'PAUSED from 2026-03-02T11:12:00.292Z to 2026-03-02T11:27:00.299Z, 900 s of working time: Waiting',
      );
      expect(side).toContain('Breached 2026-03-02T12:37:00.292Z, detected 2026-03-02T12:57:00.313Z, level 2.');
    }
    expect(line?.fields.log).toHaveLength(13);
    expect(line?.fields.log).toContain(
      '2026-03-02T11:27:00.299Z sla.policy_changed 2>3: IN_PROGRESS, cycle 2 RUNNING, due 2026-03-02T12:37:00.292Z',
    );
  });
});
