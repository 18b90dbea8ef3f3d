/**
 * Lets the event loop breathe: of what is done for thousands, so much is done in one turn, by all who do it together; the rest waits
 * for the next turn, and requests are answered in between.
 */
export class Breath {
  readonly #steps: number;
  #left: number;
  #next: Promise<void> | null = null;

  /** `steps` in one turn. */
  constructor(steps: number) {
    this.#steps = steps;
    this.#left = steps;
  }

  /** Before what is worth so many steps: null says to go on at once, else wait for it and ask again. */
  step(steps = 1): Promise<void> | null {
    this.#next ??= new Promise((resolve) =>
      setImmediate(() => {
        this.#next = null;
        // What was worth more than a turn is paid for in the next ones.
        this.#left = Math.min(this.#steps, this.#left + this.#steps);
        resolve();
      }),
    );
    if (this.#left <= 0) return this.#next;
    this.#left -= steps;
    return null;
  }

  /** Waits for as many turns as the next steps take. */
  async rest(steps = 1): Promise<void> {
    for (let turn = this.step(steps); turn; turn = this.step(steps)) await turn;
  }
}
