import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../src/domain/event.ts';
import { stepsDue } from '../src/domain/sla-detection.ts';
import type { SlaPolicyEdit } from '../src/domain/sla-policy.ts';
import { type PolicyPreview, policyEffect } from '../src/domain/sla-policy-preview.ts';
import type { Ticket } from '../src/domain/ticket.ts';
import { ClockHistory, historySteps, promise } from './support/clock-history.ts';
import { at, context, policyFor } from './support/clocks.ts';
import { createDesk, failure, MINUTE, type TestDesk } from './support/desk.ts';
import { deskScripts, playScript, policyEdits } from './support/desk-script.ts';
import { rounds, seeds } from './support/soak.ts';

const HISTORIES = rounds(1_000, 50_000);
const DESKS = rounds(15, 1_000);
const [SEED = 1] = seeds(1, 1);

it(`tells of a clock what the steps of its move come to, after any of ${HISTORIES} histories`, () => {
  let breaches = 0;
  fc.assert(
    fc.property(promise, historySteps, promise, fc.constantFrom('VIP', 'NORMAL'), (first, steps, next, tier) => {
      const history = new ClockHistory('NORMAL', first, false);
      for (const step of steps) history.take(step);
      const { ticket, policy } = history;
      fc.pre(ticket.clock.state !== 'MET' && !ticket.deletedAt);
      const draft = policyFor(tier, { ...next, version: 1_000, changedAt: at(history.now) });
      const moved = stepsDue({ ticket, policy, policyInForce: draft }, context(history.now));
      const { clock } = moved.at(-1)?.change.ticket ?? ticket;
      const events = moved.flatMap(({ change }) => change.events);
      // What stands before the move is the doing of time, or of an earlier edit while the ticket waited.
      const move = events.findIndex(({ type }) => type === 'sla.policy_changed' || type === 'sla.tier_changed');
      const breachesNow = events.slice(move).some(({ data }) => data?.reason === 'policy_changed');
      const effect = policyEffect({ ticketId: ticket.id, number: ticket.number, clock: ticket.clock }, draft);
      const { dueAtBefore, dueAtAfter } = effect;
      expect(effect).toEqual({
        ticketId: ticket.id,
        number: ticket.number,
        dueAtBefore: ticket.clock.dueAt,
        dueAtAfter: clock.dueAt,
        breachesNow,
        wasBreached: clock.breachedAt !== null && !breachesNow,
        isRelaxed: !clock.breachedAt && dueAtBefore !== null && dueAtAfter !== null && dueAtAfter > dueAtBefore,
      });
      breaches += Number(effect.breachesNow);
    }),
    { numRuns: HISTORIES },
  );
  expect(breaches).toBeGreaterThan(0);
});

async function allTickets(desk: TestDesk): Promise<Map<string, Ticket>> {
  const { rows } = await desk.db.pool.query<{ id: string }>('SELECT id FROM tickets');
  const tickets = await desk.stores.tickets.byIds(rows.map(({ id }) => id));
  return new Map(tickets.flatMap((ticket) => (ticket ? [[ticket.id, ticket] as const] : [])));
}

/** What came of an edit, by the events since `position` and the rows as they were and are: the preview that it deserved. */
async function outcome(
  desk: TestDesk,
  policy: PolicyPreview['policy'],
  before: ReadonlyMap<string, Ticket>,
  position: number,
): Promise<PolicyPreview> {
  const { log } = desk.stores;
  const after = await allTickets(desk);
  const ticketOf = ({ subjectId }: LoggedEvent) => after.get(subjectId ?? '');
  const events = (await log.read({ types: null, subjectId: null }, position, await log.settled(), 1_000_000)).filter(
    (event) => ticketOf(event)?.deletedAt === null,
  );
  const moves = events.filter(
    (event) =>
      (event.type === 'sla.policy_changed' && ticketOf(event)?.clock.tier === policy.tier) ||
      (event.type === 'sla.tier_changed' && event.to === policy.tier),
  );
  const breached = new Set(
    events
      .filter(
        ({ type, data, subjectId, position: at }) =>
          type === 'sla.breached' &&
          data?.reason === 'policy_changed' &&
          moves.some((move) => move.subjectId === subjectId && move.position < at),
      )
      .map(({ subjectId }) => subjectId),
  );
  const never = Number.POSITIVE_INFINITY;
  const effects = moves
    .map(({ subjectId }) => {
      const ticketId = subjectId ?? '';
      const [was, is] = [before.get(ticketId), after.get(ticketId)];
      const [dueAtBefore, dueAtAfter] = [was?.clock.dueAt ?? null, is?.clock.dueAt ?? null];
      const isLater = dueAtBefore !== null && dueAtAfter !== null && dueAtAfter > dueAtBefore;
      expect(is?.clock.policyVersion).toBe(policy.version);
      return {
        ticketId,
        number: is?.number ?? 0,
        dueAtBefore,
        dueAtAfter,
        breachesNow: breached.has(subjectId),
        wasBreached: is?.clock.breachedAt !== null && !breached.has(subjectId),
        isRelaxed: is?.clock.breachedAt === null && isLater,
      };
    })
    .sort(
      (a, b) =>
        Number(b.breachesNow) - Number(a.breachesNow) ||
        Number(a.wasBreached) - Number(b.wasBreached) ||
        Math.sign((a.dueAtAfter?.getTime() ?? never) - (b.dueAtAfter?.getTime() ?? never)) ||
        a.number - b.number,
    );
  return {
    policy,
    ticketsAffected: effects.length,
    breachNow: breached.size,
    relaxed: effects.filter(({ isRelaxed }) => isRelaxed).length,
    examples: effects.slice(0, 20),
  };
}

/** Previews an edit, makes it in the same instant and moves every ticket to it: what was foretold, and what came of it. */
async function foretoldAndDone(desk: TestDesk, edit: SlaPolicyEdit) {
  const before = await allTickets(desk);
  const position = await desk.stores.log.settled();
  const policies = await desk.stores.policies.all();
  const foretold = await desk.sla.previewSlaPolicy(desk.admin, edit);
  expect(await desk.stores.log.settled()).toBe(position);
  expect(await desk.stores.policies.all()).toEqual(policies);
  expect(await allTickets(desk)).toEqual(before);

  const policy = await desk.sla.setSlaPolicy(desk.admin, edit);
  await desk.jobs.moveOutdatedClocks('all', { atMost: Number.POSITIVE_INFINITY });
  return { foretold, done: await outcome(desk, policy, before, position) };
}

describe('a preview', () => {
  const seen = { affected: 0, breaches: 0, relaxed: 0, paused: 0, formerTier: 0, formerVersion: 0, ofBreached: 0 };

  it(
    `changes nothing and is what the edit then does, at any of ${DESKS} desks`,
    async () => {
      await fc.assert(
        fc.asyncProperty(deskScripts, policyEdits, async (script, edit) => {
          await using desk = await createDesk();
          await playScript(desk, script);
          const refusal = await desk.sla.previewSlaPolicy(desk.admin, edit).then(
            () => null,
            (error: unknown) => error,
          );
          if (refusal) {
            const refused = await failure(desk.sla.setSlaPolicy(desk.admin, edit));
            expect(refused).toEqual(await failure(Promise.reject(refusal)));
            return;
          }
          const tickets = await allTickets(desk);
          const { version } = await desk.stores.policies.inForce(edit);
          const { foretold, done } = await foretoldAndDone(desk, edit);
          expect(foretold).toEqual(done);
          seen.affected += foretold.ticketsAffected;
          seen.breaches += foretold.breachNow;
          seen.relaxed += foretold.relaxed;
          for (const { ticketId } of foretold.examples) {
            const clock = tickets.get(ticketId)?.clock;
            seen.paused += Number(clock?.state === 'PAUSED');
            seen.formerTier += Number(clock?.tier !== edit.tier);
            seen.formerVersion += Number(clock?.tier === edit.tier && clock.policyVersion < version);
            seen.ofBreached += Number(clock?.breachedAt !== null);
          }
        }),
        { numRuns: DESKS, seed: SEED },
      );
    },
    rounds(120_000, 3_600_000),
  );
  afterAll(() => expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]));

  it('is right for more tickets than an edit moves before it answers', async () => {
    await using desk = await createDesk();
    const first = await desk.ticket((await desk.client()).id);
    // Ticket n was opened n minutes before the first; every tenth of them is paused, every seventh deleted.
    await desk.db.pool.query(
      `INSERT INTO tickets
       SELECT made.*
         FROM tickets t, generate_series(1, 1299) n,
              LATERAL (SELECT n * interval '1 minute' AS age, n % 10 = 0 AS paused) AS how,
              LATERAL jsonb_populate_record(t, jsonb_build_object(
                'id', gen_random_uuid(), 'number', t.number + n, 'sla_started_at', t.sla_started_at - age,
                'sla_due_at', CASE WHEN NOT paused THEN t.sla_due_at - age END,
                'sla_at_risk_at', CASE WHEN NOT paused THEN t.sla_at_risk_at - age END,
                'sla_next_deadline_at', CASE WHEN NOT paused AND n % 7 > 0 THEN t.sla_at_risk_at - age END,
                'sla_state', CASE WHEN paused THEN 'PAUSED' ELSE 'RUNNING' END,
                'status', CASE WHEN paused THEN 'PENDING' ELSE 'OPEN' END,
                'deleted_at', CASE WHEN n % 7 = 0 THEN t.sla_started_at END,
                'sla_intervals', CASE WHEN paused
                  THEN jsonb_build_array(t.sla_intervals->0 || jsonb_build_object('from', t.sla_started_at - age, 'to', t.sla_started_at),
                                         t.sla_intervals->0 || jsonb_build_object('from', t.sla_started_at, 'state', 'PAUSED'))
                  ELSE jsonb_build_array(t.sla_intervals->0 || jsonb_build_object('from', t.sla_started_at - age)) END)) AS made
        WHERE t.id = $1`,
      [first.id],
    );
    desk.advance(10 * MINUTE);
    const edit: SlaPolicyEdit = {
      tier: 'NORMAL',
      resolutionMinutes: 700,
      atRiskPercent: 75,
      breachAction: 'ESCALATE',
      escalateEveryMinutes: 30,
      maxEscalationLevel: 3,
      calendar: null,
    };
    const { foretold, done } = await foretoldAndDone(desk, edit);
    expect(foretold).toEqual(done);
    expect(foretold.ticketsAffected).toBe(1_300 - 185);
  });
});
