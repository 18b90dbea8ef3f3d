import type { JobHandler, QueueName } from '../../application/queue/ports.ts';

/** A job that is to run again and again. */
export interface Schedule {
  readonly queue: QueueName;
  readonly name: string;
  readonly everyMs: number;
  /** While the queues are away, each process that works runs it by a timer of its own. */
  readonly goesOnAlone?: boolean;
}

export interface SchedulesDeps {
  readonly isReachable: () => boolean;
  /** Whether the queue knows the schedule. */
  readonly has: (schedule: Schedule) => Promise<boolean>;
  readonly put: (schedule: Schedule) => Promise<void>;
  /** The handler of this process for the schedule's job. */
  readonly handlerOf: (schedule: Schedule) => JobHandler | undefined;
  readonly signal: AbortSignal;
  readonly checkMs: number;
  /** A queue had lost a schedule, and with it whatever else it held. */
  readonly onLoss: () => void;
  readonly onError: (error: unknown, queue: QueueName) => void;
}

/** Keeps schedules in their queues: puts them back when a queue has lost them, and stands in while the queues are away. */
export class Schedules {
  readonly #deps: SchedulesDeps;
  readonly #schedules: Schedule[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #check: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;

  constructor(deps: SchedulesDeps) {
    this.#deps = deps;
  }

  /** Throws when the queue cannot take it although it is there; while it is away, the schedule is put in later. */
  async add(schedule: Schedule): Promise<void> {
    this.#schedules.push(schedule);
    this.#check ??= setInterval(() => void this.restore(), this.#deps.checkMs).unref();
    if (schedule.goesOnAlone) this.#timers.push(this.#standIn(schedule));
    try {
      if (this.#deps.isReachable()) await this.#deps.put(schedule);
    } catch (error) {
      if (this.#deps.isReachable()) throw error;
    }
  }

  /** Puts back what the queues have lost. */
  restore(): Promise<void> {
    this.#checking ??= this.#restore().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  stop(): void {
    clearInterval(this.#check);
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #restore(): Promise<void> {
    let lost = 0;
    for (const schedule of this.#schedules) {
      if (!this.#deps.isReachable() || this.#deps.signal.aborted) return;
      try {
        if (await this.#deps.has(schedule)) continue;
        await this.#deps.put(schedule);
        lost += 1;
      } catch (error) {
        this.#deps.onError(error, schedule.queue);
      }
    }
    if (lost > 0) this.#deps.onLoss();
  }

  #standIn(schedule: Schedule): NodeJS.Timeout {
    let running = false;
    const run = async (): Promise<void> => {
      const handler = this.#deps.handlerOf(schedule);
      if (!handler || running || this.#deps.isReachable()) return;
      running = true;
      try {
        await handler.handle(null, { signal: this.#deps.signal, attempt: 1, isLast: true });
      } catch (error) {
        this.#deps.onError(error, schedule.queue);
      } finally {
        running = false;
      }
    };
    return setInterval(() => void run(), schedule.everyMs).unref();
  }
}
