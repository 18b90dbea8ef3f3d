/** What follows one another faster than this belongs together. */
const GAP_MS = 2_000;
/** Fewer than these are told one by one. */
const FEWEST = 5;

/** One thing alone, or many that came at once. */
export interface Group<T> {
  /** The same for as long as its oldest member stands. */
  readonly id: string;
  readonly items: readonly T[];
}

interface Rule<T> {
  readonly id: (item: T) => string;
  /** Milliseconds. */
  readonly at: (item: T) => number;
  /** Things of different kinds are never one group; of the same kind, when it is not null, they are whenever they came. */
  readonly kind?: (item: T) => string | null;
}

/** Puts together what came in one burst, in the order given, which is the newest first; whatever is no burst stays alone. */
export function inBursts<T>(items: readonly T[], { id, at, kind = () => null }: Rule<T>): Group<T>[] {
  const groups: Group<T>[] = [];
  let run: T[] = [];
  const end = (): void => {
    const oldest = run.at(-1);
    if (run.length >= FEWEST && oldest) groups.push({ id: `burst-${id(oldest)}`, items: run });
    else for (const item of run) groups.push({ id: id(item), items: [item] });
    run = [];
  };
  for (const item of items) {
    const before = run.at(-1);
    if (before !== undefined) {
      const kinds = [kind(before), kind(item)];
      const together = kinds[0] === kinds[1] && (kinds[0] !== null || Math.abs(at(before) - at(item)) <= GAP_MS);
      if (!together) end();
    }
    run.push(item);
  }
  end();
  return groups;
}
