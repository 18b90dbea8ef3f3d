import fc from 'fast-check';
import { v7 } from 'uuid';
import { checkPolicyEdit } from '../../src/application/sla/check-policy-edit.ts';
import { DomainError } from '../../src/domain/domain-error.ts';
import { CLIENT_TIERS, type ClientTier, TICKET_STATUSES, type TicketStatus } from '../../src/domain/enums.ts';
import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';
import { promise } from './clock-history.ts';
import { MINUTE, type TestDesk } from './desk.ts';

const CLIENTS = 5;

/** A policy that somebody asks for. */
export const policyEdits: fc.Arbitrary<SlaPolicyEdit> = fc
  .record({ tier: fc.constantFrom(...CLIENT_TIERS), promise })
  .map(({ tier, promise }) => ({ tier, ...promise }));

/** Which of the desk's clients or tickets an action is about. */
const which = fc.nat({ max: 999 });
const status = fc.constantFrom<TicketStatus>('PENDING', 'PENDING', 'IN_PROGRESS', 'IN_PROGRESS', ...TICKET_STATUSES);
const actions = fc.oneof(
  { arbitrary: fc.record({ open: which, priority: fc.integer({ min: 1, max: 4 }) }), weight: 10 },
  { arbitrary: fc.record({ change: which, status }), weight: 10 },
  { arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 400 }) }), weight: 6 },
  { arbitrary: fc.constant({ detect: true as const }), weight: 2 },
  { arbitrary: fc.record({ remove: which }), weight: 1 },
  { arbitrary: fc.record({ restore: which }), weight: 1 },
  { arbitrary: fc.record({ acknowledge: which }), weight: 2 },
  { arbitrary: fc.record({ edit: policyEdits, moves: fc.boolean() }), weight: 2 },
  { arbitrary: fc.record({ retier: which, moves: fc.boolean() }), weight: 2 },
);

/** What happens at a desk, one thing after the other. */
export const deskScripts = fc.array(actions, { minLength: 30, maxLength: 90, size: 'max' });
type Action = typeof deskScripts extends fc.Arbitrary<(infer A)[]> ? A : never;

/**
 * Plays a script at a new desk; what the desk refuses is left out. An edit or a change of tier without `moves` is left as a
 * process leaves it that dies there: saved, and no ticket moved yet.
 */
export async function playScript(desk: TestDesk, script: readonly Action[]): Promise<void> {
  const tiers = new Map<string, ClientTier>();
  for (let i = 0; i < CLIENTS; i += 1) {
    const client = await desk.client(CLIENT_TIERS[i % 2]);
    tiers.set(client.id, client.tier);
  }
  const clients = [...tiers.keys()];
  const tickets: string[] = [];
  for (const action of script) {
    await play(action).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  }

  async function play(action: Action): Promise<void> {
    const { admin, mutations } = desk;
    const client = (index: number) => clients[index % clients.length] ?? '';
    const ticket = (index: number) => tickets[index % tickets.length] ?? '';
    if ('open' in action) {
      tickets.push((await desk.ticket(client(action.open), { priority: action.priority })).id);
    } else if ('change' in action) {
      await mutations.changeTicketStatus(admin, { id: ticket(action.change), status: action.status });
    } else if ('wait' in action) {
      desk.advance(action.wait * MINUTE);
    } else if ('detect' in action) {
      await desk.jobs.detectBreaches();
    } else if ('remove' in action) {
      await mutations.deleteTicket(admin, ticket(action.remove));
    } else if ('restore' in action) {
      await mutations.restoreTicket(admin, ticket(action.restore));
    } else if ('acknowledge' in action) {
      await mutations.acknowledgeEscalation(admin, ticket(action.acknowledge));
    } else if ('edit' in action) {
      if (action.moves) await desk.sla.setSlaPolicy(admin, action.edit);
      else await saveOnly(desk, action.edit);
    } else {
      const id = client(action.retier);
      const tier = tiers.get(id) === 'VIP' ? 'NORMAL' : 'VIP';
      tiers.set(id, tier);
      if (action.moves) await desk.clients.updateClient(admin, { id, tier });
      else await desk.db.pool.query('UPDATE clients SET tier = $2, tier_changed_at = now() WHERE id = $1', [id, tier]);
    }
  }
}

async function saveOnly(desk: TestDesk, asked: SlaPolicyEdit): Promise<void> {
  const now = desk.clock.now();
  await desk.stores.policies.set(
    checkPolicyEdit(asked, now),
    desk.admin.id,
    () => now,
    ({ version }) => ({
      id: v7(),
      type: 'policy.set',
      subjectId: null,
      actorId: desk.admin.id,
      from: `${version - 1}`,
      to: `${version}`,
      occurredAt: now,
      data: null,
    }),
  );
}
