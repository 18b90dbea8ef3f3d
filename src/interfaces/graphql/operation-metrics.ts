/** One answered operation, as it is measured and logged. */
export interface OperationObservation {
  /** null: anonymous. */
  readonly name: string | null;
  /** query, mutation, subscription; "none" when the document was refused before it was known. */
  readonly type: string;
  /** "ok" or the code of the first error. */
  readonly outcome: string;
  readonly seconds: number;
}

/** Why the server ended subscriptions of its own accord. */
export type DropReason = 'too_slow' | 'unreachable' | 'session_ended' | 'error';

/** What transports tell about their work; an adapter counts it. */
export interface OperationMetrics {
  observeOperation(observation: OperationObservation): void;
  /** One more (1) or one less (-1) live subscription. */
  countSubscribers(change: 1 | -1): void;
  /** So many live subscriptions were ended by this server. */
  countDropped(reason: DropReason, subscriptions: number): void;
}

/** Follows one operation from its arrival to its answer; the first outcome counts. */
export class OperationRecord {
  name: string | null = null;
  type = 'none';
  outcome: string | null = null;
  readonly #startedAt = performance.now();
  readonly #metrics: OperationMetrics;

  constructor(metrics: OperationMetrics) {
    this.#metrics = metrics;
  }

  /** Its document has told what it is. */
  resolved(name: string | null, type: string | undefined): void {
    this.name = name;
    this.type = type ?? 'none';
  }

  /** Counts the operation as answered with `outcome`; later calls do nothing. */
  finish(outcome: string): void {
    if (this.outcome !== null) return;
    this.outcome = outcome;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    this.#metrics.observeOperation({ name: this.name, type: this.type, outcome, seconds });
  }
}
