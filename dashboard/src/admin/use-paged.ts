import { useCallback, useEffect, useRef, useState } from 'react';
import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';

export interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  readonly totalCount?: number;
}

type Read<T> = (after: string | null, first: number, signal: AbortSignal) => Promise<Page<T>>;

const PAGE = 50;
/** The most that the API gives at once. */
const MOST = 100;

/** A list that grows by pages. It begins anew with another `key`; `reload` reads anew as much as is shown, up to 100. */
export function usePaged<T extends { readonly id: string }>(key: string, read: Read<T>) {
  const [page, setPage] = useState<Page<T>>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setLoading] = useState(true);
  const latest = useRef({ read, page });
  latest.current = { read, page };
  const running = useRef<AbortController>(undefined);

  const fetchPage = useCallback(async (after: string | null, first: number): Promise<void> => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    setLoading(true);
    try {
      const next = await latest.current.read(after, first, own.signal);
      if (own.signal.aborted) return;
      setProblem(null);
      setPage((known) => (after === null || !known ? next : { ...next, nodes: [...known.nodes, ...next.nodes] }));
    } catch (error) {
      if (!own.signal.aborted) setProblem(asProblem(error, apiTexts.unreachable));
    } finally {
      if (!own.signal.aborted) setLoading(false);
    }
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another key is another list.
  useEffect(() => {
    setPage(undefined);
    void fetchPage(null, PAGE);
    return () => running.current?.abort();
  }, [key, fetchPage]);
  return {
    items: page?.nodes,
    total: page?.totalCount,
    hasMore: page?.pageInfo.hasNextPage ?? false,
    problem,
    isLoading,
    more: () => fetchPage(latest.current.page?.pageInfo.endCursor ?? null, PAGE),
    reload: () => fetchPage(null, Math.min(MOST, Math.max(PAGE, latest.current.page?.nodes.length ?? 0))),
  };
}
