/** Long enough for what the first page asks for. */
const AFTER_MS = 1_500;

const all = new Set<Later<unknown>>();

/** Code that the first page can be used without: it is loaded when it is first wanted, or once that page has had its time. */
export class Later<T> {
  #value: T | undefined;
  #loading: Promise<T> | null = null;
  readonly #load: () => Promise<T>;
  readonly #listeners = new Set<() => void>();

  constructor(load: () => Promise<T>) {
    this.#load = load;
    all.add(this as Later<unknown>);
  }

  /** undefined: not yet loaded. */
  readonly value = (): T | undefined => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Loads it, once; what failed is tried anew by the next call. */
  get(): Promise<T> {
    this.#loading ??= this.#load().then(
      (value) => {
        this.#value = value;
        for (const listener of this.#listeners) listener();
        return value;
      },
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }
}

/** From now on everything that is for later is loaded soon, so that it is there at once, also while the connection is lost. Returns how to stop. */
export function loadTheRestSoon(): () => void {
  const timer = setTimeout(() => {
    for (const each of all) each.get().catch(() => undefined);
  }, AFTER_MS);
  return () => clearTimeout(timer);
}
