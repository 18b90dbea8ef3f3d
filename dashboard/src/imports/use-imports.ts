import { useCallback, useEffect, useState } from 'react';
import { ask } from '../api/client.ts';
import { live } from '../api/live.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { ImportListDocument, ImportRowProgressDocument } from './documents.generated.ts';
import { type ImportRow, isOpen, renewed } from './import-model.ts';
import { useAskedAgain } from './use-uploads.ts';

const PAGE = 20;
/** No event tells of an import that somebody else begins. */
const LOOK_MS = 10_000;
/** A connection carries 100 subscriptions, and the page needs others too. */
const MOST_WATCHED = 40;

/** The imports, newest first; those that are open change by themselves. */
export function useImports() {
  const [rows, setRows] = useState<readonly ImportRow[]>();
  const [older, setOlder] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isReading, setReading] = useState(false);

  const look = useCallback(async (): Promise<void> => {
    try {
      const { importProcesses: page } = await ask(ImportListDocument, { first: PAGE });
      setProblem(null);
      setRows((known) => renewed(known ?? [], page.nodes));
      setOlder((known) => known ?? (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null));
    } catch (error) {
      setProblem(asProblem(error, apiTexts.unreachable));
    }
  }, []);
  useEffect(() => void look(), [look]);
  useAskedAgain(LOOK_MS, look);

  const readOlder = async (): Promise<void> => {
    setReading(true);
    try {
      const { importProcesses: page } = await ask(ImportListDocument, { first: PAGE, after: older });
      setRows((known) => renewed(known ?? [], page.nodes));
      // An empty text is a cursor that leads nowhere: nothing is older, and the next look must not begin anew.
      setOlder(page.pageInfo.hasNextPage ? page.pageInfo.endCursor : '');
    } catch (error) {
      setProblem(asProblem(error, apiTexts.unreachable));
    }
    setReading(false);
  };

  const open = (rows ?? [])
    .filter(({ status }) => isOpen(status))
    .slice(0, MOST_WATCHED)
    .map(({ id }) => id);
  const key = open.join();
  useEffect(() => {
    const stops = (key === '' ? [] : key.split(',')).map((id) =>
      live.watch(
        ImportRowProgressDocument,
        { id },
        {
          onEvent: (row) => setRows((known) => renewed(known ?? [], [row])),
          onRefused: () => undefined,
          onEnd: () => undefined,
        },
      ),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [key]);

  return { rows, problem, look, isReading, hasOlder: older !== null && older !== '', readOlder };
}
