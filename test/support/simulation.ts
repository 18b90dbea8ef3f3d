import { v7 } from 'uuid';
import type { Desk } from '../../src/compose-desk.ts';
import type { ClientTier } from '../../src/domain/enums.ts';
import type { TestDesk } from './desk.ts';
import { type ModelTicket, Refusal } from './simulation-book.ts';
import { Comparison } from './simulation-comparison.ts';
import type { Minute } from './simulation-minutes.ts';
import { outcomeText, Processes, wrote } from './simulation-processes.ts';
import { Dice, SCENES, type Scene } from './simulation-random.ts';
import { SystemActions } from './simulation-system.ts';
import { SlaModel } from './sla-model.ts';

export interface SimulationSize {
  readonly actions: number;
  /** How many tickets are made at most. */
  readonly tickets: number;
}

const CLIENTS = 12;

/** After how many actions rows are compared: those that were touched, and all, with the self-audit. The log is after each. */
const TOUCHED_EVERY = 5;
const ALL_EVERY = 1_000;

/**
 * A desk and its model, to which the same things happen: people at work, edits of policies, time, outages, and connections and
 * processes that die between any two statements. One seed decides everything.
 */
export class Simulation {
  readonly comparison: Comparison;
  readonly processes: Processes;
  readonly counts = { actions: 0, tickets: 0, refusals: 0 };
  readonly #desk: TestDesk;
  readonly #model: SlaModel;
  readonly #seed: number;
  readonly #size: SimulationSize;
  readonly #scene: Scene;
  readonly #system: SystemActions;
  readonly #clients: string[] = [];
  #dice: Dice;
  /** While it lasts nothing is detected and nothing is moved. */
  #outageUntil: Minute = 0;

  constructor(desk: TestDesk, seed: number, size: SimulationSize) {
    this.#desk = desk;
    this.#seed = seed;
    this.#size = size;
    this.#dice = new Dice(seed);
    this.#scene = SCENES[seed % SCENES.length] ?? SCENES[0];
    const origin = new Date(this.#scene.start);
    this.#model = new SlaModel(origin);
    this.comparison = new Comparison(desk, this.#model, origin, `Seed ${seed}`);
    this.processes = new Processes(desk);
    const { comparison, processes } = this;
    this.#system = new SystemActions({ desk, model: this.#model, comparison, processes });
  }

  /** Throws at the first difference. */
  async run(): Promise<void> {
    await this.#open();
    for (let step = 1; step <= this.#size.actions; step += 1) {
      // Each action has dice of its own, so that one that needs more throws does not change all that follow.
      this.#dice = new Dice(this.#seed * 1_000_003 + step);
      this.counts.actions = step;
      this.comparison.begin(step);
      this.#setNow(this.#model.now + (await this.#minutesToPass()));
      await this.#act();
      await this.comparison.log('of none');
      if (step % TOUCHED_EVERY === 0) await this.comparison.touchedRows();
      if (step % ALL_EVERY === 0) {
        await this.comparison.allRows();
        await this.comparison.audit(false);
      }
    }
    await this.#close();
  }

  async #open(): Promise<void> {
    this.#setNow(0);
    for (const policy of await this.#desk.stores.policies.all()) this.#model.edit(policy);
    for (let i = 0; i < CLIENTS; i += 1) {
      const tier = this.#dice.pick<ClientTier>(['VIP', 'NORMAL']);
      const { id } = await this.#desk.client(tier);
      this.#clients.push(id);
      this.#model.clients.set(id, tier);
    }
  }

  /** All that is left to do is done after a restart; then nothing is missing anywhere. */
  async #close(): Promise<void> {
    this.processes.restart(0);
    this.comparison.tell(null, 'The end: all that is left is done.');
    await this.#system.finish();
    await this.comparison.allRows();
    await this.comparison.audit(true);
    const overdue = await this.#desk.overdueUnalerted();
    if (overdue > 0) throw this.comparison.difference(null, `${overdue} deadlines have passed without their alert.`);
    await this.processes.close();
  }

  #setNow(minute: Minute): void {
    this.#model.now = minute;
    this.#desk.setTime(this.comparison.dateOf(minute));
  }

  async #minutesToPass(): Promise<number> {
    switch (this.#dice.weighted({ none: 20, minutes: 45, hours: 10, days: 0.5, deadline: 25 })) {
      case 'none':
        return 0;
      case 'minutes':
        return this.#dice.within(1, 15);
      case 'hours':
        return this.#dice.within(15, 240);
      case 'days':
        return this.#dice.within(240, 2_880);
      case 'deadline': {
        // Where everything is decided: at its minute, or one beside it.
        const { now } = this.#model;
        const next = await this.comparison.nextDeadline();
        return next === null || next > now + 240 ? 1 : next - now + this.#dice.within(-1, 1);
      }
    }
  }

  async #act(): Promise<void> {
    const { admin } = this.#desk;
    const dice = this.#dice;
    const all = [...this.#model.tickets.values()];
    const isFull = all.length >= this.#size.tickets;
    const isDown = this.#model.now < this.#outageUntil;
    const kind = dice.weighted({
      ...{ create: isFull ? 0 : 14, burst: isFull ? 0 : 0.6, change: 38, acknowledge: 6, delete: 7, restore: 5 },
      ...{ retier: 2, edit: 2.5, detect: isDown ? 0 : 24, move: isDown ? 0 : 3, outage: isDown ? 0 : 0.7, restart: 1 },
    });
    switch (kind) {
      case 'create':
        return this.#create();
      case 'burst':
        return this.#burst();
      case 'change':
        return this.#changeStatus(dice.any(all.filter(({ status }) => status !== 'CLOSED' || dice.chance(0.05))));
      case 'acknowledge': {
        const isOpen = ({ cycle }: ModelTicket) => cycle.breach && cycle.acknowledged === null;
        return this.#onTicket('acknowledge', dice.any(dice.chance(0.8) ? all.filter(isOpen) : all), {
          desk: ({ mutations }, id) => mutations.acknowledgeEscalation(admin, id),
          model: (each) => this.#model.acknowledge(each),
        });
      }
      case 'delete':
        return this.#onTicket('delete', dice.any(all.filter(({ deleted }) => !deleted || dice.chance(0.1))), {
          desk: ({ mutations }, id) => mutations.deleteTicket(admin, id),
          model: (each) => this.#model.setDeleted(each, true),
        });
      case 'restore':
        return this.#onTicket('restore', dice.any(all.filter(({ deleted }) => deleted || dice.chance(0.02))), {
          desk: ({ mutations }, id) => mutations.restoreTicket(admin, id),
          model: (each) => this.#model.setDeleted(each, false),
        });
      case 'retier':
        return this.#system.retier(dice, this.#clients);
      case 'edit':
        return this.#system.edit(dice, this.#scene);
      case 'detect':
        return this.#system.detect(dice);
      case 'move':
        return this.#system.move(dice);
      case 'outage':
        this.#outageUntil = this.#model.now + dice.within(60, dice.pick([300, 1_500, 5_000]));
        return this.comparison.tell(null, `an outage until ${this.#outageUntil}`);
      case 'restart':
        return this.processes.restart(dice.below(2));
    }
  }

  /** With an id of the caller's own, and again with it until it is heard of, or given up. */
  async #create(): Promise<void> {
    const client = this.#dice.below(CLIENTS);
    const clientId = this.#clients[client] ?? '';
    const id = v7();
    const input = { id, clientId, title: 'Printer on fire', description: 'It smokes.', priority: 3 };
    for (let isHeard = false; !isHeard; ) {
      const outcome = await this.processes.call(this.#dice, 10, ({ mutations }) =>
        mutations.createTicket(this.#desk.admin, input),
      );
      if (outcome.refusal) throw this.comparison.difference(id, `createTicket was refused: ${outcome.refusal}`);
      if (wrote(outcome, 'tickets') && !this.#model.tickets.has(id)) {
        this.#model.create(id, (await this.#desk.stored(id)).number, clientId);
        this.counts.tickets += 1;
      }
      const text = `create for client ${client}, ${this.#model.clients.get(clientId)}: ${outcomeText(outcome)}`;
      this.comparison.tell(this.#model.tickets.get(id) ?? null, text);
      isHeard = outcome.fate.diedAt === null || this.#dice.chance(0.3);
    }
  }

  /** Many tickets of the same instant, which fall due at the same instant. */
  async #burst(): Promise<void> {
    const tickets = this.#dice.within(3, Math.ceil(this.#size.tickets / 8));
    this.comparison.tell(null, `a burst of ${tickets} tickets`);
    for (let i = 0; i < tickets; i += 1) {
      const clientId = this.#clients[this.#dice.below(CLIENTS)] ?? '';
      const { id, number } = await this.#desk.ticket(clientId);
      this.#model.create(id, number, clientId);
      this.counts.tickets += 1;
    }
  }

  #changeStatus(ticket: ModelTicket | undefined): Promise<void> {
    const to = this.#dice.weighted({ OPEN: 8, IN_PROGRESS: 34, PENDING: 27, RESOLVED: 16, CLOSED: 5, ESCALATED: 1 });
    const version = (ticket?.version ?? 0) - (this.#dice.chance(0.15) ? 1 : 0);
    const expectedVersion = this.#dice.chance(0.6) ? null : version;
    const name = expectedVersion === null ? `become ${to}` : `become ${to} if at version ${expectedVersion}`;
    return this.#onTicket(name, ticket, {
      desk: ({ mutations }, id) => mutations.changeTicketStatus(this.#desk.admin, { id, status: to, expectedVersion }),
      model: (each) => this.#model.changeStatus(each, to, expectedVersion),
    });
  }

  /** A mutation of one ticket: when the connection dies the caller reads the ticket, and repeats what was not done, or gives up. */
  async #onTicket(
    name: string,
    ticket: ModelTicket | undefined,
    act: { desk: (process: Desk, id: string) => Promise<unknown>; model: (each: ModelTicket) => void },
  ): Promise<void> {
    if (!ticket) return;
    for (let isOver = false; !isOver; ) {
      const outcome = await this.processes.call(this.#dice, 10, (process) => act.desk(process, ticket.id));
      this.comparison.tell(ticket, `${name}: ${outcomeText(outcome)}`);
      const isDone = outcome.fate.committed.length > 0;
      if (isDone || outcome.refusal) this.#compareAnswers(ticket.id, outcome.refusal, act.model);
      if (outcome.refusal) this.counts.refusals += 1;
      isOver = outcome.fate.diedAt === null || isDone || this.#dice.chance(0.3);
      await this.comparison.log('of none');
      if (!isOver) await this.comparison.touchedRows();
    }
  }

  #compareAnswers(id: string, refusal: string | null, act: (each: ModelTicket) => void): void {
    let expected: string | null = null;
    try {
      this.#model.change(id, act);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expected = error.code;
    }
    if (refusal === expected) return;
    throw this.comparison.difference(id, `The desk said ${refusal ?? 'yes'}, the model ${expected ?? 'yes'}.`);
  }
}
