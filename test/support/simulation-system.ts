import type { ClientTier } from '../../src/domain/enums.ts';
import type { TestDesk } from './desk.ts';
import type { ModelTicket } from './simulation-book.ts';
import type { Comparison } from './simulation-comparison.ts';
import { type Outcome, outcomeText, type Processes, wrote } from './simulation-processes.ts';
import { type Dice, randomPolicy, type Scene } from './simulation-random.ts';
import type { SlaModel } from './sla-model.ts';

interface Parts {
  readonly desk: TestDesk;
  readonly model: SlaModel;
  readonly comparison: Comparison;
  readonly processes: Processes;
}

type Where = (ticket: ModelTicket) => boolean;

/**
 * How many tickets detection takes at once. When there are more it is done with one before it comes to an edit that is later than what
 * it has taken, and leaves the ticket to the move.
 */
const SLICE = 500;
const ALL_THAT_IS_LEFT = { atMost: Number.POSITIVE_INFINITY };

/** What happens to many tickets at once: edits of policies and tiers, the moves that follow them, and detection. */
export class SystemActions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One of the clients changes its tier. */
  async retier(dice: Dice, clients: readonly string[]): Promise<void> {
    const { desk, model, comparison, processes } = this.#parts;
    const client = dice.below(clients.length);
    const id = clients[client] ?? '';
    const tier: ClientTier = model.clients.get(id) === 'VIP' ? 'NORMAL' : 'VIP';
    const outcome = await processes.call(dice, 14, (process) => process.clients.updateClient(desk.admin, { id, tier }));
    comparison.tell(null, `client ${client} becomes ${tier}: ${outcomeText(outcome)}`);
    if (!wrote(outcome, 'clients')) return;
    model.clients.set(id, tier);
    await this.#follow(outcome, ({ cycle, client: owner }) => cycle.tier !== tier && owner === id);
  }

  /** Another policy comes into force. */
  async edit(dice: Dice, scene: Scene): Promise<void> {
    const { desk, model, comparison, processes } = this.#parts;
    const tier = dice.pick<ClientTier>(['VIP', 'NORMAL']);
    const edit = randomPolicy(dice, tier, scene);
    const outcome = await processes.call(dice, 16, ({ sla }) => sla.setSlaPolicy(desk.admin, edit));
    comparison.tell(null, `the policy becomes ${JSON.stringify(edit)}: ${outcomeText(outcome)}`);
    if (outcome.refusal) throw comparison.difference(null, `setSlaPolicy was refused: ${outcome.refusal}`);
    if (!wrote(outcome, 'sla_policies')) return;
    model.edit(edit);
    await this.#follow(outcome, ({ cycle }) => cycle.tier === tier);
  }

  /** What edits left behind is moved. */
  async move(dice: Dice): Promise<void> {
    const { comparison, processes } = this.#parts;
    const outcome = await processes.call(dice, 18, ({ jobs }) => jobs.moveOutdatedClocks('all'));
    comparison.tell(null, `outdated clocks are moved: ${outcomeText(outcome)}`);
    await this.#follow(outcome, () => true);
  }

  /** Simply done again after it died: when its turn comes, or at once when it may have recorded a part. */
  async detect(dice: Dice): Promise<void> {
    const { comparison, processes } = this.#parts;
    const outcome = await processes.call(dice, 12, ({ jobs }) => jobs.detectBreaches());
    comparison.tell(null, `detection: ${outcomeText(outcome)}`);
    if (outcome.fate.diedAt && !wrote(outcome, 'tickets')) return;
    if (outcome.fate.diedAt) await processes.sound.jobs.detectBreaches();
    const found = this.#detected();
    if (found >= SLICE) await this.#moveTheRest();
    await comparison.log(found >= SLICE ? 'of those not moved' : 'of all');
  }

  /** Nothing is left to be done. */
  async finish(): Promise<void> {
    const { comparison, processes } = this.#parts;
    await this.#moveTheRest();
    await comparison.log('of none');
    await processes.sound.jobs.detectBreaches();
    this.#detected();
    await comparison.log('of all');
  }

  /** The call has moved all tickets that it was about, or, when it died before, none; or some of them: then the rest follows at once. */
  async #follow(outcome: Outcome<unknown>, where: Where): Promise<void> {
    const isPart = outcome.isLeftOver || (outcome.fate.diedAt !== null && wrote(outcome, 'tickets'));
    if (isPart) await this.#moveTheRest();
    else if (!outcome.fate.diedAt) this.#moved(where);
  }

  async #moveTheRest(): Promise<void> {
    await this.#parts.processes.sound.jobs.moveOutdatedClocks('all', ALL_THAT_IS_LEFT);
    this.#moved(() => true);
  }

  /** Moved were all outdated tickets that `where` names. */
  #moved(where: Where): void {
    const { model } = this.#parts;
    model.lookAtAll((ticket) => model.isOutdated(ticket) && where(ticket));
  }

  /** Found were all tickets for which something had come due by the policy that they are under. */
  #detected(): number {
    const { model } = this.#parts;
    return model.lookAtAll((ticket) => model.due(ticket) !== null);
  }
}
