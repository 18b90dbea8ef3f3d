import type { Comparison, MoveProgress, MovingPart, RecordKeeper } from './ports.ts';

export type MoveOutcome =
  /** The other store has records of these kinds already, which nobody has allowed to replace. Nothing was changed. */
  | { readonly kind: 'occupied'; readonly names: readonly string[] }
  | { readonly kind: 'moved'; readonly compared: readonly Comparison[] };

/**
 * Copies every record of every part from one store to the other, page by page, and compares both in the end; what it was broken
 * off at, it goes on with. The first store keeps everything. With `replace`, whatever the other one has goes first. Nobody else
 * may write meanwhile; what changed between two attempts shows in the comparison. For an operator at the command line: it asks
 * for no actor.
 */
export const moveRecords =
  (deps: {
    readonly parts: readonly MovingPart[];
    readonly progress: MoveProgress;
    /** Told after each page. */
    readonly onProgress: (name: string, copied: number) => void;
  }) =>
  async ({ replace }: { readonly replace: boolean }): Promise<MoveOutcome> => {
    if (replace) {
      await deps.progress.forget();
      for (const part of deps.parts) await part.to.clear();
    }
    const occupied = await occupiedParts(deps);
    if (occupied.length > 0) return { kind: 'occupied', names: occupied };
    for (const part of deps.parts) await movePart(part, deps);
    const compared: Comparison[] = [];
    for (const part of deps.parts) compared.push(...(await comparedPart(part)));
    return { kind: 'moved', compared };
  };

type Deps = Parameters<typeof moveRecords>[0];

/** Parts that have not begun, though there is something already where they go. */
async function occupiedParts({ parts, progress }: Deps): Promise<string[]> {
  const names: string[] = [];
  for (const { name, to } of parts) {
    if ((await progress.place(name)) === null && (await to.count()) > 0) names.push(name);
  }
  return names;
}

async function movePart({ name, from, to, pageSize }: MovingPart, { progress, onProgress }: Deps): Promise<void> {
  let after = await progress.place(name);
  for (;;) {
    const page = await from.readPage(after, pageSize);
    const last = page.at(-1);
    if (!last) return;
    // Begun, before anything is there: a page that is broken off belongs to this move.
    if (after === null) await progress.save(name, '');
    await to.write(page.map(({ record }) => record));
    await progress.save(name, last.key);
    after = last.key;
    onProgress(name, page.length);
  }
}

async function comparedPart({ name, from, to, pageSize, figuresOf }: MovingPart): Promise<Comparison[]> {
  const counts = { name, from: String(await from.count()), to: String(await to.count()) };
  if (!figuresOf) return [counts];
  const sumsOf = (keeper: RecordKeeper<unknown>) => sumUp(keeper, pageSize, figuresOf);
  const [before, after] = [await sumsOf(from), await sumsOf(to)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const textOf = (sums: ReadonlyMap<string, bigint>, figure: string) => String(sums.get(figure) ?? 0n);
  return [
    counts,
    ...[...names].map((figure) => ({ name: figure, from: textOf(before, figure), to: textOf(after, figure) })),
  ];
}

/** The figures of all records, added up: in which order they are read does not matter. */
async function sumUp<T>(
  keeper: RecordKeeper<T>,
  pageSize: number,
  figuresOf: NonNullable<MovingPart<T>['figuresOf']>,
): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>();
  let after: string | null = null;
  for (;;) {
    const page = await keeper.readPage(after, pageSize);
    for (const { key, record } of page) {
      for (const [name, value] of Object.entries(await figuresOf(record))) {
        sums.set(name, (sums.get(name) ?? 0n) + value);
      }
      after = key;
    }
    if (page.length === 0) return sums;
  }
}
