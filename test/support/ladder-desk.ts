import type { ClientTier, TicketStatus } from '../../src/domain/enums.ts';
import type { SlaPolicyEdit } from '../../src/domain/sla-policy.ts';
import type { Ticket } from '../../src/domain/ticket.ts';
import { MINUTE, type TestDesk } from './desk.ts';

/** Breaks after an hour; a level every ten minutes up to the third. */
const LADDER = {
  resolutionMinutes: 60,
  atRiskPercent: 75,
  escalateEveryMinutes: 10,
  maxEscalationLevel: 3,
  calendar: null,
};

/** What tests of the ladder do again and again on a desk whose clock stands still until it is moved. */
export function ladderCalls(desk: TestDesk) {
  const setPolicy = (tier: ClientTier, changes: Partial<SlaPolicyEdit> = {}) =>
    desk.sla.setSlaPolicy(desk.admin, {
      ...LADDER,
      tier,
      breachAction: tier === 'VIP' ? 'ESCALATE' : 'NOTIFY_SUPERVISOR',
      ...changes,
    });

  return {
    setPolicy,
    /** A ticket of a new client, after its tier's policy was set: a VIP escalates, for a NORMAL one supervisors are notified. */
    async open(tier: ClientTier = 'VIP', changes: Partial<SlaPolicyEdit> = {}): Promise<Ticket> {
      await setPolicy(tier, changes);
      return desk.ticket((await desk.client(tier)).id);
    },
    change: ({ id }: Ticket, status: TicketStatus) => desk.mutations.changeTicketStatus(desk.admin, { id, status }),
    acknowledge: ({ id }: Ticket) => desk.mutations.acknowledgeEscalation(desk.admin, id),
    /** The clock goes on so many minutes and is looked at every five. */
    async pass(minutes: number): Promise<void> {
      for (let left = minutes; left > 0; left -= 5) {
        desk.advance(Math.min(5, left) * MINUTE);
        await desk.jobs.detectBreaches();
      }
    },
    /** Each level of a ticket, and how many minutes after its creation it came; of a later cycle with its number. */
    async levels({ id, createdAt }: Ticket): Promise<string[]> {
      const rows = await desk.escalationsOf(id);
      return rows.map(({ cycle, level, escalatedAt }) => {
        const minutes = (escalatedAt.getTime() - createdAt.getTime()) / MINUTE;
        return `${cycle > 1 ? `cycle ${cycle}: ` : ''}${level} at ${minutes}`;
      });
    },
    /** What the log says of a ticket's promise. */
    alerts: async ({ id }: Ticket) => (await desk.typesOf(id)).filter((type) => type.startsWith('sla.')),
    clock: async ({ id }: Ticket) => (await desk.stored(id)).clock,
  };
}

export type LadderCalls = ReturnType<typeof ladderCalls>;
