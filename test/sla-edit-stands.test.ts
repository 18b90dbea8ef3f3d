import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDesk, type TestDesk } from './support/desk.ts';

let desk: TestDesk;
beforeEach(async () => {
  desk = await createDesk();
});
afterEach(async () => {
  await desk[Symbol.asyncDispose]();
});

it('lets an edit stand whose first move fails; the sweep moves its tickets', async () => {
  const { id } = await desk.ticket((await desk.client()).id);
  await desk.db.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const edit = {
    tier: 'NORMAL',
    resolutionMinutes: 60,
    atRiskPercent: 75,
    breachAction: 'NOTIFY_SUPERVISOR',
    escalateEveryMinutes: null,
    maxEscalationLevel: 3,
    calendar: null,
  } as const;
  const policyVersion = async () => (await desk.stores.tickets.byIds([id]))[0]?.clock.policyVersion;

  expect((await desk.sla.setSlaPolicy(desk.admin, edit)).version).toBe(2);
  expect(await policyVersion()).toBe(1);
  await desk.db.pool.query('DROP TRIGGER refuse ON tickets');
  await desk.jobs.moveOutdatedClocks('all');
  expect(await policyVersion()).toBe(2);
});
