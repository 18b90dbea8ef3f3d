import { expect } from 'vitest';
import type { ClientTier } from '../../src/domain/enums.ts';
import type { LoggedEvent } from '../../src/domain/event.ts';
import type { AlertData } from '../../src/domain/sla-alert.ts';
import type { SlaPolicy } from '../../src/domain/sla-policy.ts';
import type { TestDesk } from './desk.ts';

// What the log tells of a ticket, told again by code that shares nothing with the rules: it only books what each event says, and
// objects to what cannot follow. Its policies are round the clock, so that an instant is a sum.

const MINUTE_MS = 60_000;

interface Cycle {
  readonly cycle: number;
  readonly startedAt: Date;
  tier: unknown;
  policyVersion: number;
  state: 'RUNNING' | 'PAUSED' | 'MET';
  dueAt: Date | null;
  atRiskAlertedAt: Date | null;
  breachedAt: Date | null;
  detectedAt: Date | null;
  escalationLevel: number;
  acknowledgedAt: Date | null;
  metAt: Date | null;
  intervals: { state: 'RUNNING' | 'PAUSED'; from: Date; to: Date | null }[];
}

class Story {
  status: string | null = null;
  assigneeId: string | null = null;
  deletedAt: Date | null = null;
  resolvedAt: Date | null = null;
  closedAt: Date | null = null;
  version = 0;
  readonly cycles: Cycle[] = [];
  readonly escalations: Record<string, unknown>[] = [];
  /** The system's step to ESCALATED that a breach or a level has announced. */
  #owed = false;
  readonly #policies: readonly SlaPolicy[];

  constructor(policies: readonly SlaPolicy[]) {
    this.#policies = policies;
  }

  tell(event: LoggedEvent): void {
    const bad = (what: string) => new Error(`${event.type} at ${event.position} of ${event.subjectId}: ${what}`);
    const must = (holds: boolean, what: string) => {
      if (!holds) throw bad(what);
    };
    const { from, to, occurredAt: at, actorId } = event;
    const data: Partial<AlertData> & { policyVersion?: number } = event.data ?? {};
    const isStep = event.type === 'ticket.status_changed' && actorId === null;
    must(isStep === this.#owed, 'the step to ESCALATED comes right after its alert, and never without one');
    if (event.type === 'ticket.created') {
      must(this.version === 0 && actorId !== null, 'a ticket is created once, by somebody');
      this.version = 1;
      this.status = to;
      this.#begin(at, data);
      return;
    }
    const cycle = this.cycles.at(-1);
    if (!cycle) throw bad('nothing comes before the creation');
    if (event.type.startsWith('sla.')) {
      must(cycle.state !== 'MET', 'settled tickets have nothing to say');
      must(this.deletedAt === null || /_changed$/.test(event.type), 'deleted tickets never alert');
      must(data.cycle === undefined || data.cycle === cycle.cycle, `it tells of cycle ${data.cycle}`);
    }
    if (!isStep && !/at_risk|acknowledged|commented/.test(event.type)) this.version += 1;
    switch (event.type) {
      case 'ticket.updated':
      case 'ticket.commented':
        break;
      case 'ticket.assigned':
        must(from === this.assigneeId, `${from} did not hold it, but ${this.assigneeId}`);
        this.assigneeId = to;
        break;
      case 'ticket.deleted':
      case 'ticket.restored':
        must((this.deletedAt === null) === (event.type === 'ticket.deleted'), 'it was so already');
        this.deletedAt = event.type === 'ticket.deleted' ? at : null;
        break;
      case 'ticket.status_changed':
        must(from === this.status && from !== to && this.deletedAt === null, `it was ${this.status}`);
        must((to === 'ESCALATED') === (actorId === null), 'the system, and nobody else, escalates');
        this.#owed = false;
        this.#enter(cycle, to, at, data);
        break;
      case 'sla.at_risk':
        must(
          cycle.state === 'RUNNING' && !cycle.atRiskAlertedAt && !cycle.breachedAt,
          'one warning, before the breach',
        );
        must(at.getTime() === this.#after(cycle, this.#policy(cycle).atRiskPercent), 'not the instant of the warning');
        cycle.atRiskAlertedAt = new Date(String(data.detectedAt));
        break;
      case 'sla.breached':
        must(cycle.state === 'RUNNING' && !cycle.breachedAt, 'one breach in a cycle, of a running clock');
        must(at.getTime() === this.#after(cycle, 100), 'not the due instant');
        must(data.action === this.#policy(cycle).breachAction, 'not what the policy says');
        cycle.breachedAt = at;
        cycle.detectedAt = new Date(String(data.detectedAt));
        this.#raise(cycle, data.action === 'ESCALATE' ? 1 : 0, event);
        break;
      case 'sla.escalated':
        must(cycle.state === 'RUNNING' && !!cycle.breachedAt && !cycle.acknowledgedAt, 'the ladder stands still');
        this.#raise(cycle, cycle.escalationLevel + 1, event);
        break;
      case 'sla.acknowledged':
        must(!!cycle.breachedAt && !cycle.acknowledgedAt && actorId !== null, 'one acknowledgement, of a breach');
        cycle.acknowledgedAt = at;
        for (const row of this.escalations) {
          if (row.cycle === cycle.cycle) Object.assign(row, { acknowledgedById: actorId, acknowledgedAt: at });
        }
        break;
      case 'sla.policy_changed':
        must(from === `${cycle.policyVersion}` && to === `${data.policyVersion}`, `it was ${cycle.policyVersion}`);
        this.#move(cycle, cycle.tier, Number(data.policyVersion));
        break;
      case 'sla.tier_changed':
        must(from === cycle.tier && from !== to, `it was ${cycle.tier}`);
        this.#move(cycle, to, Number(data.policyVersion));
        break;
      default:
        throw bad('no event of a ticket');
    }
  }

  end(): void {
    if (this.#owed) throw new Error('The step to ESCALATED is missing at the end of the log.');
  }

  #begin(at: Date, data: { tier?: unknown; policyVersion?: number }): void {
    this.cycles.push({
      cycle: this.cycles.length + 1,
      startedAt: at,
      tier: data.tier,
      policyVersion: Number(data.policyVersion),
      state: 'RUNNING',
      dueAt: null,
      atRiskAlertedAt: null,
      breachedAt: null,
      detectedAt: null,
      escalationLevel: 0,
      acknowledgedAt: null,
      metAt: null,
      intervals: [{ state: 'RUNNING', from: at, to: null }],
    });
    for (const cycle of this.cycles.slice(-1)) this.#setDue(cycle);
  }

  #enter(cycle: Cycle, status: string | null, at: Date, data: { tier?: unknown; policyVersion?: number }): void {
    const wasSettled = this.status === 'RESOLVED' || this.status === 'CLOSED';
    const settles = status === 'RESOLVED' || status === 'CLOSED';
    this.status = status;
    this.resolvedAt = settles ? (this.resolvedAt ?? at) : null;
    this.closedAt = status === 'CLOSED' ? at : null;
    if (wasSettled && !settles) {
      this.#begin(at, data);
      return;
    }
    const state = settles ? 'MET' : status === 'PENDING' ? 'PAUSED' : 'RUNNING';
    if (state === cycle.state) return;
    cycle.state = state;
    const last = cycle.intervals.at(-1);
    // Two machines' clocks may be apart: nothing ends before it began.
    const end = last && last.from > at ? last.from : at;
    if (last) last.to = end;
    if (state === 'MET') cycle.metAt = at;
    else cycle.intervals.push({ state, from: end, to: null });
    this.#setDue(cycle);
  }

  #raise(cycle: Cycle, level: number, { occurredAt, data, type }: LoggedEvent): void {
    const reason = type === 'sla.escalated' ? 'not_acknowledged' : data?.reason;
    if (data?.escalationLevel !== level) throw new Error(`Level ${data?.escalationLevel} came where ${level} was due.`);
    cycle.escalationLevel = level;
    const row = { cycle: cycle.cycle, level, reason, escalatedAt: occurredAt };
    this.escalations.push({ ...row, acknowledgedById: null, acknowledgedAt: null });
    this.#owed = level > 0 && this.status !== 'ESCALATED';
  }

  #move(cycle: Cycle, tier: unknown, policyVersion: number): void {
    Object.assign(cycle, { tier, policyVersion });
    this.#setDue(cycle);
  }

  #setDue(cycle: Cycle): void {
    cycle.dueAt = cycle.state === 'PAUSED' ? null : new Date(this.#after(cycle, 100));
  }

  #policy({ tier, policyVersion }: Cycle): SlaPolicy {
    const policy = this.#policies.find((each) => each.tier === tier && each.version === policyVersion);
    if (!policy) throw new Error(`The log names a policy that does not exist: ${tier} ${policyVersion}.`);
    return policy;
  }

  /** The instant at which `percent` of the promise is used up, in milliseconds. */
  #after(cycle: Cycle, percent: number): number {
    const paused = cycle.intervals.filter(({ state }) => state === 'PAUSED');
    const pausedMs = paused.reduce((sum, { from, to }) => sum + ((to ?? from).getTime() - from.getTime()), 0);
    const targetMs = this.#policy(cycle).resolutionMinutes * MINUTE_MS;
    return cycle.startedAt.getTime() + Math.floor((targetMs * percent) / 100) + pausedMs;
  }
}

/** What the log alone says of a ticket; an error when its events cannot follow one another. */
function told(events: readonly LoggedEvent[], policies: readonly SlaPolicy[]) {
  const story = new Story(policies);
  for (const event of events) story.tell(event);
  story.end();
  const { status, assigneeId, deletedAt, resolvedAt, closedAt, version, escalations } = story;
  const ended = story.cycles.slice(0, -1).map(({ state: _, atRiskAlertedAt: __, ...kept }) => kept);
  const [cycle] = story.cycles.slice(-1);
  return { status, assigneeId, deletedAt, resolvedAt, closedAt, version, escalations, cycle, ended };
}

/**
 * Of each ticket: the rows of ticket, clock, ended cycles and escalations are what its events tell, to the millisecond. Of many
 * tickets the log is read at once, from the position `since` on.
 */
export async function expectSameStory(desk: TestDesk, ticketIds: readonly string[], since = 0): Promise<void> {
  const { tickets, policies, log } = desk.stores;
  const tiers: ClientTier[] = ['VIP', 'NORMAL'];
  const versions = (await Promise.all(tiers.map((tier) => policies.history(tier)))).flat();
  const settled = await log.settled();
  const [only = null, ...others] = ticketIds;
  const selection = { types: null, subjectId: others.length === 0 ? only : null };
  const [stored, raised, ended, events] = await Promise.all([
    tickets.byIds(ticketIds),
    tickets.escalationsOf(ticketIds),
    tickets.endedCyclesOf(ticketIds),
    log.read(selection, since, settled, 1_000_000),
  ]);
  for (const [i, id] of ticketIds.entries()) {
    const ticket = stored[i];
    if (!ticket) throw new Error(`There is no ticket ${id}.`);
    const { clock, status, assigneeId, deletedAt, resolvedAt, closedAt, version } = ticket;
    const { ladderFrom: _, nextEscalationAt: __, atRiskAt: ___, ...cycle } = clock;
    const own = events.filter(({ subjectId }) => subjectId === id);
    const rows = {
      ...{ status, assigneeId, deletedAt, resolvedAt, closedAt, version },
      escalations: (raised[i] ?? []).map(({ id: _, ticketId: __, ...row }) => row),
      cycle: withoutReasons(cycle),
      ended: (ended[i] ?? []).map(withoutReasons),
    };
    expect(told(own, versions), `the log of ${id} and its rows`).toEqual(rows);
  }
}

function withoutReasons<T extends { readonly intervals: readonly { readonly reason: string }[] }>(cycle: T) {
  return { ...cycle, intervals: cycle.intervals.map(({ reason: _, ...interval }) => interval) };
}
