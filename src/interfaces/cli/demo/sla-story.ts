import { type AlertWatch, type Sighting, watchTicket } from './alert-watch.ts';
import { countdown, timeOfDay } from './numbers.ts';
import type { People } from './people.ts';
import { progressBar } from './progress-bar.ts';
import { borrowPolicy, DEMO_MINUTES, type PolicyLoan } from './sla-policy-loan.ts';
import type { Scene } from './story.ts';
import { type Colour, heading, type Terminal } from './terminal.ts';
import { padToWidth } from './text-width.ts';
import { whileTicking, within } from './waiting.ts';

/** How late an alert may be before the demo gives up on it. */
const PATIENCE_MS = 15_000;
/** Where lines cannot be rewritten, the countdown is told this often. */
const PLAIN_STEP_MS = 15_000;

const TICKET =
  'id reference title status escalationLevel sla { startedAt dueAt atRiskAt breachedAt detectedAt elapsedSeconds }';

interface Ticket {
  readonly id: string;
  readonly reference: string;
  readonly title: string;
  readonly status: string;
  readonly escalationLevel: number;
  readonly sla: {
    readonly dueAt: string | null;
    readonly atRiskAt: string | null;
    readonly breachedAt: string | null;
    readonly detectedAt: string | null;
    readonly elapsedSeconds: number;
  };
}

/** A VIP ticket whose clock runs, with somebody listening. */
export interface RunningClock {
  readonly ticket: Ticket;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly atRiskAt: number;
  readonly dueAt: number;
  readonly watch: AlertWatch;
  readonly loan: PolicyLoan;
  readonly showTimeLeft: () => void;
}

/** Promises VIP clients a minute, opens a ticket for one and listens. The story goes on while the clock runs. */
export async function startClock(scene: Scene, { vip, agent }: People): Promise<RunningClock> {
  const { api, terminal } = scene;
  const loan = await borrowPolicy(scene, 'VIP', DEMO_MINUTES);
  // Whoever reads the cursor first and then subscribes from it cannot miss an event in between.
  const { eventCursor } = await api.run<{ eventCursor: string }>('query Cursor { eventCursor }');
  const { createTicket: ticket } = await api.run<{ createTicket: Ticket & { sla: { startedAt: string } } }>(
    `mutation OpenTicket($input: CreateTicketInput!) { createTicket(input: $input) { ${TICKET} } }`,
    {
      input: {
        clientId: vip.id,
        title: 'Patient portal shows a blank page',
        description: 'Every sign-in ends on a blank page, since the update this morning.',
        priority: 1,
        tags: ['demo', 'outage'],
        assigneeId: agent.id,
      },
    },
  );
  const [startedAt, atRiskAt, dueAt] = [ticket.sla.startedAt, ticket.sla.atRiskAt, ticket.sla.dueAt].map((instant) =>
    Date.parse(instant ?? ''),
  );
  if (!startedAt || !atRiskAt || !dueAt)
    throw new Error(`${ticket.reference} has no due time although its clock runs.`);
  const watch = watchTicket(api, ticket.id, eventCursor);
  terminal.lines(
    '',
    `Meanwhile VIP clients are promised a solution within ${DEMO_MINUTES} minute, and a ticket has`,
    `just been opened for ${vip.name}: ${ticket.reference}. Its clock runs.`,
  );
  return { ticket, startedAt, atRiskAt, dueAt, watch, loan, showTimeLeft: countdownTicks(terminal, startedAt, dueAt) };
}

/** What is left of the minute, the alerts as they arrive, and what a supervisor does about them. */
export async function watchPromiseBreak(scene: Scene, clock: RunningClock): Promise<void> {
  const { terminal } = scene;
  const { ticket, watch, atRiskAt, dueAt } = clock;
  heading(terminal, '4  A promise breaks, live');
  terminal.lines(
    `${ticket.reference}  ${terminal.paint('bold', ticket.title)}`,
    `due at ${timeOfDay(dueAt)} UTC, at risk from ${timeOfDay(atRiskAt)}`,
    '',
    terminal.paint('dim', 'received (UTC)  over the WebSocket                           after the instant'),
  );
  const atRisk = await arrival(scene, clock, watch.alert('AT_RISK'), atRiskAt);
  tellArrival(terminal, atRisk.at, atRiskAt, 'yellow', 'AT RISK', 'three quarters of the time are gone');

  const breached = await arrival(scene, clock, watch.alert('BREACHED'), dueAt);
  tellArrival(terminal, breached.at, dueAt, 'red', 'BREACHED', `alert with action ${breached.seen.action ?? 'none'}`);

  const isEscalation = watch.event(({ type, to }) => type === 'ticket.status_changed' && to === 'ESCALATED');
  const escalated = await arrival(scene, clock, isEscalation, dueAt);
  const change = `${escalated.seen.from} to ${escalated.seen.to}, level ${breached.seen.escalationLevel}`;
  tellArrival(terminal, escalated.at, dueAt, 'red', 'ESCALATED', change);

  await answer(scene, clock);
}

/** A supervisor takes it on, then it is solved; the broken promise stays on record. */
async function answer({ api, terminal, over }: Scene, { ticket, watch, loan }: RunningClock): Promise<void> {
  const calledAt = Date.now();
  await api.run('mutation Acknowledge($id: ID!) { acknowledgeEscalation(ticketId: $id) { id } }', { id: ticket.id });
  const acknowledged = await within(
    PATIENCE_MS,
    watch.alert('ACKNOWLEDGED'),
    'The acknowledgement was not announced.',
    over,
  );
  tellArrival(terminal, acknowledged.at, calledAt, 'green', 'ACKNOWLEDGED', 'a supervisor has taken it on');

  const { changeTicketStatus: solved } = await api.run<{ changeTicketStatus: Ticket }>(
    `mutation Resolve($id: ID!) { changeTicketStatus(id: $id, status: RESOLVED) { ${TICKET} } }`,
    { id: ticket.id },
  );
  const isSolution = watch.event(({ type, to }) => type === 'ticket.status_changed' && to === 'RESOLVED');
  const resolved = await within(PATIENCE_MS, isSolution, 'The solution was not announced.', over);
  tellArrival(
    terminal,
    resolved.at,
    Date.parse(resolved.seen.occurredAt),
    'green',
    'RESOLVED',
    'the clock has stopped',
  );
  watch.stop();

  const usualMinutes = await loan.giveBack();
  const { breachedAt, detectedAt, elapsedSeconds } = solved.sla;
  if (!breachedAt || !detectedAt) throw new Error(`${ticket.reference} was late, but its clock does not say so.`);
  const noticedAfter = Date.parse(detectedAt) - Date.parse(breachedAt);
  terminal.lines(
    '',
    `On record: broken at ${timeOfDay(breachedAt)}, noticed ${noticedAfter} ms later, solved after ${elapsedSeconds} s.`,
    `VIP clients have their ${usualMinutes} minutes back.`,
  );
}

/** The awaited sighting, with a countdown to its instant on the way. */
async function arrival<T>(
  { over }: Scene,
  clock: RunningClock,
  sighting: Promise<Sighting<T>>,
  expectedAt: number,
): Promise<Sighting<T>> {
  const patience = Math.max(0, expectedAt - Date.now()) + PATIENCE_MS;
  const late = `Nothing was heard of ${clock.ticket.reference} within ${PATIENCE_MS / 1000} s after it was due.`;
  const heard = Promise.race([sighting, clock.watch.done.then(() => sighting)]);
  return whileTicking(100, clock.showTimeLeft, within(patience, heard, late, over));
}

/** On a terminal a bar that shrinks; elsewhere a line now and then. */
function countdownTicks(terminal: Terminal, startedAt: number, dueAt: number): () => void {
  let told = Number.POSITIVE_INFINITY;
  return () => {
    const left = dueAt - Date.now();
    if (terminal.live) {
      const bar = progressBar(left / (dueAt - startedAt), 40);
      terminal.status(`${terminal.paint(left > 15_000 ? 'green' : 'yellow', bar)}  ${countdown(left)} left`);
      return;
    }
    const step = Math.ceil(left / PLAIN_STEP_MS);
    if (step < told && left > 0) terminal.lines(`${countdown(left)} left`);
    told = Math.min(told, step);
  };
}

function tellArrival(
  terminal: Terminal,
  at: number,
  instant: number,
  colour: Colour,
  what: string,
  text: string,
): void {
  const late = `+${at - instant} ms`;
  const words = `${terminal.paint(colour, padToWidth(what, 13))} ${padToWidth(text, 36)}`;
  terminal.lines(`${timeOfDay(at)}    ${words} ${padToWidth(late, 11, 'right')}`);
}
