import { DomainError } from '../../domain/domain-error.ts';

export interface AdmissionSettings {
  /** How many may be at work at a time. */
  readonly running: number;
  /** How many may wait for one of them to end; 0: none. */
  readonly waiting: number;
  /** How long one may wait, in milliseconds. */
  readonly waitMs: number;
}

/** Why somebody was not let in: too many waited already, or they waited too long. */
export type Refusal = 'full' | 'late';

/** Tells once that whoever waits has gone, at once if so already; returns how to stop it. */
export type Presence = (onGone: () => void) => () => void;

/** A caller who is there until `signal` is aborted. */
export function until(signal: AbortSignal): Presence {
  return (onGone) => {
    if (signal.aborted) onGone();
    else signal.addEventListener('abort', onGone, { once: true });
    return () => signal.removeEventListener('abort', onGone);
  };
}

interface Waiting {
  admit(): void;
}

/** Those who are refused at the same moment come back over these seconds, not all at once. */
const SPREAD_SECONDS = 4;

/**
 * The door in front of work on the database: so many at a time, a bounded queue before it, and a clear refusal beyond. Whoever is
 * refused has begun nothing; whoever is let in finds a connection soon.
 */
export class Admission {
  readonly #settings: AdmissionSettings;
  readonly #onRefused: (why: Refusal) => void;
  /** In the order of their arrival. */
  readonly #queue = new Set<Waiting>();
  #running = 0;

  constructor(settings: AdmissionSettings, onRefused: (why: Refusal) => void = () => undefined) {
    this.#settings = settings;
    this.#onRefused = onRefused;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Waits for a place and returns how to leave it; leaving twice does nothing more. Throws UNAVAILABLE when too many wait, when it
   * took too long, and when the caller has gone meanwhile.
   */
  async enter(presence?: Presence): Promise<() => void> {
    const { running, waiting } = this.#settings;
    if (this.#running < running) {
      this.#running += 1;
      return this.#leaver();
    }
    if (this.#queue.size >= waiting) throw this.#refuse('full');
    return this.#wait(presence);
  }

  /** Does `work` in a place of its own; see enter. */
  async run<T>(work: () => Promise<T>, presence?: Presence): Promise<T> {
    const leave = await this.enter(presence);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #wait(presence: Presence | undefined): Promise<() => void> {
    return new Promise((resolve, reject) => {
      let stopWatching: (() => void) | undefined;
      const end = (settle: () => void): void => {
        this.#queue.delete(place);
        clearTimeout(timer);
        stopWatching?.();
        settle();
      };
      const place: Waiting = { admit: () => end(() => resolve(this.#leaver())) };
      const timer = setTimeout(() => end(() => reject(this.#refuse('late'))), this.#settings.waitMs);
      this.#queue.add(place);
      stopWatching = presence?.(() => end(() => reject(busy('The caller has gone.'))));
    });
  }

  /** Whoever leaves hands the place to the one who has waited longest. */
  #leaver(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = this.#queue;
      if (next) next.admit();
      else this.#running -= 1;
    };
  }

  #refuse(why: Refusal): DomainError<'UNAVAILABLE'> {
    this.#onRefused(why);
    return busy(why === 'full' ? 'Too many requests wait already.' : 'This request waited too long.');
  }
}

function busy(reason: string): DomainError<'UNAVAILABLE'> {
  const retryAfterSeconds = 1 + Math.floor(Math.random() * SPREAD_SECONDS);
  const message = `The server is busy, and nothing was done. ${reason} Try again in ${retryAfterSeconds} s.`;
  return new DomainError('UNAVAILABLE', message, { retryAfterSeconds });
}
