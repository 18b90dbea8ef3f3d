import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { composeDesk, type Desk } from '../../src/compose-desk.ts';
import { postgresUsers } from '../../src/infrastructure/postgres/user-store.ts';
import type { TestDesk } from './desk.ts';
import { type Fate, type Fault, Faults } from './simulation-faults.ts';
import type { Dice } from './simulation-random.ts';

const CONNECTIONS = 4;
const FAULTS = 0.25;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A server, as far as Postgres can tell. `leftOver`: how often it handed the rest of a move to the background. */
type Process = Desk & { leftOver: number; close(): Promise<void> };

/** What a call came to: an answer, a refusal by its code, or, when the connection died, neither. */
export interface Outcome<T> {
  readonly value: T | null;
  readonly refusal: string | null;
  readonly fate: Fate;
  /** It handed the rest of a move to the background. */
  readonly isLeftOver: boolean;
}

/** Two servers on the database of a desk. Their connections die now and then, and they are killed and started again. */
export class Processes {
  readonly counts = { calls: 0, crashes: 0, lostAnswers: 0, restarts: 0 };
  readonly #desk: TestDesk;
  readonly #faults = new Faults();
  readonly #running: [Process, Process];

  constructor(desk: TestDesk) {
    this.#desk = desk;
    this.#running = [this.#start(), this.#start()];
  }

  /** One that answers without a fault. */
  get sound(): Desk {
    return this.#running[0];
  }

  /** Asks one of the two; a connection may die at one of the first `statements`, or at a commit, and the process with it. */
  async call<T>(dice: Dice, statements: number, call: (process: Desk) => Promise<T>): Promise<Outcome<T>> {
    const index = dice.below(2);
    const process = this.#running[index] ?? this.#running[0];
    const leftOver = process.leftOver;
    const [result, fate] = await this.#faults.during(faultOf(dice, statements), this.#desk.db, () => call(process));
    this.counts.calls += 1;
    const isLeftOver = process.leftOver > leftOver;
    if (fate.diedAt) {
      this.counts.crashes += 1;
      if (fate.committed.length > 0) this.counts.lostAnswers += 1;
      if (dice.chance(0.3)) this.restart(index);
    }
    if (result.status === 'fulfilled') return { value: result.value, refusal: null, fate, isLeftOver };
    if (fate.diedAt) return { value: null, refusal: null, fate, isLeftOver };
    const { code } = result.reason as { code?: unknown };
    if (typeof code !== 'string' || !/^[A-Z_]+$/.test(code)) throw result.reason;
    return { value: null, refusal: code, fate, isLeftOver };
  }

  /** Another one takes over. */
  restart(index: number): void {
    this.counts.restarts += 1;
    void this.#running[index]?.close();
    this.#running[index] = this.#start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((each) => each.close()));
  }

  #start(): Process {
    const db = this.#desk.open(CONNECTIONS);
    this.#faults.watch(db);
    const desk = composeDesk({
      db,
      workDb: db,
      users: postgresUsers(db),
      imports: { find: async () => null },
      wakeUp: { announce: () => undefined, onNews: () => () => undefined },
      clock: this.#desk.clock,
      newId: v7,
      fingerprint: (text) => createHash('sha256').update(text).digest('base64'),
      logger: silent,
      observeLag: () => undefined,
      scheduleMore: async () => {
        process.leftOver += 1;
      },
      maxBacklog: 1_000,
    });
    const process: Process = { ...desk, leftOver: 0, close: () => db.close() };
    return process;
  }
}

function faultOf(dice: Dice, statements: number): Fault | null {
  if (!dice.chance(FAULTS)) return null;
  const side = dice.pick<Fault['side']>(['before', 'after']);
  if (dice.chance(0.3)) return { of: 'commit', nth: dice.within(1, 2), side };
  return { of: 'statement', nth: dice.within(1, statements), side };
}

/** Whether a committed transaction of the call wrote to a table. */
export function wrote({ fate }: Outcome<unknown>, table: string): boolean {
  const pattern = new RegExp(`(?:insert into|update) "?${table}\\b`, 'i');
  return fate.committed.some((statements) => pattern.test(statements));
}

export function outcomeText({ refusal, fate, isLeftOver }: Outcome<unknown>): string {
  if (fate.diedAt) return `died ${fate.diedAt}, ${fate.committed.length} committed`;
  return refusal ?? (isLeftOver ? 'done, the rest later' : 'done');
}
