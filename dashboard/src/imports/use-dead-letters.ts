import { useCallback, useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ask } from '../api/client.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { ImportDeadLettersDocument, type ImportDeadLettersQuery } from './documents.generated.ts';

type Page = ImportDeadLettersQuery['deadLetters'];
export type DeadLetter = Page['nodes'][number];

const PAGE = 25;

/**
 * A page of the rows of an import that were left out. Which page stands in the address: `after`, the cursor, and `from`, how many are
 * before it. `mark`: another one means that the list is another one.
 */
export function useDeadLetters(importId: string, mark: string) {
  const [params, setParams] = useSearchParams();
  const after = params.get('after');
  const from = after === null ? 0 : Number(params.get('from')) || 0;
  const [page, setPage] = useState<Page>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  /** Cursors of the pages that were left forwards, so that one can go back; after a reload only the first is known. */
  const before = useRef<(string | null)[]>([]);

  const show = useCallback(
    (cursor: string | null, place: number): void => {
      setParams((old) => {
        const next = new URLSearchParams(old);
        next.delete('after');
        next.delete('from');
        if (cursor !== null && place > 0) {
          next.set('after', cursor);
          next.set('from', String(place));
        }
        return next;
      });
    },
    [setParams],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `mark` and `round` read it anew.
  useEffect(() => {
    const leaving = new AbortController();
    ask(ImportDeadLettersDocument, { importId, first: PAGE, after }, leaving.signal).then(
      ({ deadLetters }) => {
        if (leaving.signal.aborted) return;
        setProblem(null);
        setPage(deadLetters);
        // The last rows of the last page have gone: what is left is shown from its beginning.
        if (deadLetters.nodes.length === 0 && after !== null) show(null, 0);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(asProblem(error, apiTexts.unreachable));
      },
    );
    return () => leaving.abort();
  }, [importId, after, mark, round, show]);

  return {
    page,
    from,
    problem,
    reload: () => setRound((last) => last + 1),
    next: (): void => {
      const cursor = page?.pageInfo.endCursor ?? null;
      if (!page?.pageInfo.hasNextPage || cursor === null) return;
      before.current.push(after);
      show(cursor, from + page.nodes.length);
    },
    previous: (): void => show(before.current.pop() ?? null, from - PAGE),
  };
}
