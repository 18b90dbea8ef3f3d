import { useCallback, useRef, useState } from 'react';
import type { QueueModel } from './queue-model.ts';

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** `range`: everything between the last one and this, too. */
  readonly set: (id: string, selected: boolean, range: boolean) => void;
  /** All that has been read. */
  readonly setAll: (selected: boolean) => void;
  readonly replace: (ids: readonly string[]) => void;
  readonly clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

/** The selected tickets of a list; another view begins with none. */
export function useSelection(model: QueueModel, query: string): Selection {
  const [kept, setKept] = useState<{ query: string; ids: ReadonlySet<string> }>({ query, ids: NONE });
  const last = useRef<string | null>(null);
  const ids = kept.query === query ? kept.ids : NONE;
  const latest = useRef(ids);
  latest.current = ids;
  const put = useCallback((next: ReadonlySet<string>) => setKept({ query, ids: next }), [query]);

  const set = useCallback(
    (id: string, selected: boolean, range: boolean) => {
      const next = new Set(latest.current);
      for (const each of range ? between(model, last.current, id) : [id]) {
        if (selected) next.add(each);
        else next.delete(each);
      }
      last.current = id;
      put(next);
    },
    [model, put],
  );
  const setAll = useCallback((selected: boolean) => put(selected ? new Set(allRead(model)) : NONE), [model, put]);
  const replace = useCallback((some: readonly string[]) => put(new Set(some)), [put]);
  const clear = useCallback(() => put(NONE), [put]);
  return { ids, set, setAll, replace, clear };
}

function allRead(model: QueueModel): string[] {
  const { total } = model.snapshot();
  return Array.from({ length: total ?? 0 }, (_, place) => model.at(place)?.id).filter((id) => id !== undefined);
}

function between(model: QueueModel, from: string | null, to: string): string[] {
  const all = allRead(model);
  const [a, b] = [all.indexOf(from ?? to), all.indexOf(to)].sort((x, y) => x - y);
  return a === undefined || a < 0 ? [to] : all.slice(a, (b ?? a) + 1);
}
