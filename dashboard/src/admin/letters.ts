/** A dead letter, as far as it is put with others. */
interface Letter {
  readonly importId: string;
}

/** Dead letters by their imports, in the order in which the first of each comes. */
export function byImport<T extends Letter>(letters: readonly T[]): { importId: string; letters: T[] }[] {
  const groups = new Map<string, T[]>();
  for (const letter of letters) {
    const group = groups.get(letter.importId);
    if (group) group.push(letter);
    else groups.set(letter.importId, [letter]);
  }
  return [...groups].map(([importId, own]) => ({ importId, letters: own }));
}

interface Counters {
  readonly succeededRows: number;
  readonly failedRows: number;
}

/** What came of a retry: how many rows are in that were not, and how many of `asked` were refused again. */
export function retryOutcome(before: Counters, after: Counters, asked: number): { taken: number; refused: number } {
  const taken = Math.max(0, after.succeededRows - before.succeededRows);
  return { taken, refused: Math.max(0, asked - taken) };
}
