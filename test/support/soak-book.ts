/** What a mutation must have left in the audit trail. */
export interface ExpectedEntry {
  /** By which its entry is found: the request's id, of a bulk mutation with that of the ticket; over a socket the subject's. */
  readonly key: string;
  readonly action: string;
  /** null: it succeeded. */
  readonly errorCode: string | null;
}

/** What everybody did in a soak, and what came of it. */
export class SoakBook {
  /** Answers by operation, then by code; "ok" for success. */
  readonly #answers = new Map<string, Map<string, number>>();
  readonly entries: ExpectedEntry[] = [];
  /** What nobody expected, in words. */
  readonly unexpected: string[] = [];
  operations = 0;

  /** Something was done, and came to `outcome`; `allowed` are the codes that it may come to beside "ok". */
  note(kind: string, outcome: string, allowed: readonly string[], about = ''): void {
    this.operations += 1;
    const outcomes = this.#answers.get(kind) ?? new Map<string, number>();
    this.#answers.set(kind, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
    if (outcome !== 'ok' && !allowed.includes(outcome)) this.wrong(`${kind} came to ${outcome} ${about}`);
  }

  wrong(what: string): void {
    this.unexpected.push(what.slice(0, 600));
  }

  /** How often each operation came to each outcome, as lines for people. */
  lines(): string[] {
    return [...this.#answers]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([kind, outcomes]) => `${kind}: ${[...outcomes].map(([code, times]) => `${code} ${times}`).join(', ')}`);
  }

  /** How often operations whose kind begins so were done. */
  count(prefix: string): number {
    const of = [...this.#answers].filter(([kind]) => kind.startsWith(prefix));
    return of.reduce((sum, [, outcomes]) => sum + [...outcomes.values()].reduce((a, b) => a + b, 0), 0);
  }

  /** Refusals by code, of whatever operation. */
  refusals(): Record<string, number> {
    const all: Record<string, number> = {};
    for (const outcomes of this.#answers.values()) {
      for (const [code, times] of outcomes) if (code !== 'ok') all[code] = (all[code] ?? 0) + times;
    }
    return all;
  }
}
