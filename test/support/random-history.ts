import { v7 } from 'uuid';
import type { Actor } from '../../src/domain/actor.ts';
import { DomainError } from '../../src/domain/domain-error.ts';
import { CLIENT_TIERS, type ClientTier, TICKET_STATUSES } from '../../src/domain/enums.ts';
import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';
import { calendar } from './calendar-week.ts';
import { MINUTE, type TestDesk } from './desk.ts';
import { randomNumbers } from './naive-reports.ts';

const CALENDARS = [
  null,
  null,
  calendar('Europe/Berlin', 'Mon-Fri 09:00-17:00', ['2026-03-03']),
  calendar('America/New_York', 'Mon-Sun 00:00-06:00, Mon-Sun 22:00-24:00'),
  calendar('Asia/Kolkata', 'Mon-Sat 08:30-12:00, Mon-Sat 13:00-18:15'),
];

/** A desk at work: what happens there is random, and the same for the same seed. */
export interface RandomWork {
  /** Time goes on: by nothing, by a moment, or by hours. */
  pass(): void;
  /** Somebody does something that touches clocks, or the system does; what a rule refuses is refused. */
  act(): Promise<void>;
}

/** Work on some tickets of three clients, through the use cases. */
export async function openRandomWork(desk: TestDesk, seed: number): Promise<RandomWork> {
  const next = randomNumbers(seed);
  const below = (n: number) => Math.floor(next() * n);
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[below(from.length)] as T;
  const supervisor = await desk.person('SUPERVISOR');
  const clients = [(await desk.client('VIP')).id, (await desk.client('NORMAL')).id, (await desk.client('NORMAL')).id];
  const tickets: string[] = [];
  const actor = (): Actor => pick([desk.admin, supervisor]);

  const promise = (tier: ClientTier): SlaPolicyEdit => ({
    tier,
    resolutionMinutes: pick([1, 30, 120, 480]),
    atRiskPercent: 1 + below(99),
    breachAction: pick(['ESCALATE', 'NOTIFY_SUPERVISOR'] as const),
    escalateEveryMinutes: pick([null, 7, 45, 200]),
    maxEscalationLevel: 1 + below(5),
    calendar: pick(CALENDARS),
  });
  /** An edit whose tickets move later, as when a server stops at that moment. */
  const editOnly = async (tier: ClientTier) => {
    const edit = promise(tier);
    await desk.stores.policies.set(
      edit,
      desk.admin.id,
      () => desk.clock.now(),
      (policy) => ({
        id: v7(),
        type: 'policy.set',
        subjectId: null,
        actorId: desk.admin.id,
        from: null,
        to: `${policy.version}`,
        occurredAt: desk.clock.now(),
        data: { ...edit },
      }),
    );
  };
  const retierOnly = (id: string) =>
    desk.stores.clients.change(id, (client) => ({ client: { ...client, tier: pick(CLIENT_TIERS) }, events: [] }));
  const moveAll = async () => {
    await desk.jobs.moveOutdatedClocks('all');
    // The clock on the wall of the database is not the virtual one, by which a change of tier is recent.
    for (const clientId of clients) await desk.jobs.moveOutdatedClocks({ clientId });
  };

  const { mutations, clients: clientCases, sla, jobs } = desk;
  const actions: (() => Promise<unknown>)[] = [
    async () => tickets.push((await desk.ticket(pick(clients))).id),
    () => mutations.changeTicketStatus(actor(), { id: pick(tickets), status: pick(TICKET_STATUSES) }),
    () => mutations.changeTicketStatus(actor(), { id: pick(tickets), status: 'PENDING' }),
    () => mutations.changeTicketStatus(actor(), { id: pick(tickets), status: 'RESOLVED' }),
    // Reopens what is resolved: cycles follow each other.
    () => mutations.changeTicketStatus(actor(), { id: pick(tickets), status: 'IN_PROGRESS' }),
    () => mutations.changeTicketStatus(actor(), { id: pick(tickets), status: 'IN_PROGRESS' }),
    () => mutations.changeTicketStatus(actor(), { id: pick(tickets), status: 'IN_PROGRESS' }),
    () => mutations.deleteTicket(actor(), pick(tickets)),
    () => mutations.restoreTicket(actor(), pick(tickets)),
    () => mutations.restoreTicket(actor(), pick(tickets)),
    () => mutations.acknowledgeEscalation(actor(), pick(tickets)),
    () => mutations.assignTicket(actor(), { id: pick(tickets), assigneeId: pick([null, desk.admin.id]) }),
    () => mutations.updateTicket(actor(), { id: pick(tickets), priority: 1 + below(4), title: `Title ${below(3)}` }),
    () => mutations.addComment(actor(), { ticketId: pick(tickets), body: 'So?', internal: false }),
    () => clientCases.updateClient(actor(), { id: pick(clients), tier: pick(CLIENT_TIERS) }),
    () => retierOnly(pick(clients)),
    () => sla.setSlaPolicy(desk.admin, promise(pick(CLIENT_TIERS))),
    () => editOnly(pick(CLIENT_TIERS)),
    moveAll,
    () => jobs.detectBreaches(),
    () => jobs.detectBreaches(),
    () => jobs.detectBreaches(),
  ];
  for (const _ of [1, 2, 3]) tickets.push((await desk.ticket(pick(clients))).id);
  return {
    pass: () => desk.advance(pick([0, 1, below(1_000), below(5 * MINUTE), below(60 * MINUTE), below(600 * MINUTE)])),
    async act() {
      // Now and then a process whose clock is behind.
      const behind = below(4) === 0 ? below(300) : 0;
      desk.advance(-behind);
      await pick(actions)().catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
      });
      desk.advance(behind);
    },
  };
}

/** So many steps one after the other, each at a time of its own; at the end what is due is recorded. */
export async function workRandomly(desk: TestDesk, seed: number, steps: number): Promise<void> {
  const work = await openRandomWork(desk, seed);
  for (let step = 0; step < steps; step += 1) {
    work.pass();
    await work.act();
  }
  await desk.jobs.detectBreaches();
}
