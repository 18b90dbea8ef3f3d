import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { live } from '../api/live.ts';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { tellDone, tellProblem } from '../shared/notify.ts';
import { DeadLettersOfDocument, RetriedImportDocument, RetryLettersDocument } from './documents.generated.ts';
import { retryOutcome } from './letters.ts';
import { queuesTexts } from './texts-running.ts';

/** Retries of dead letters; `onEnd` when one has come to its end, whatever came of it. */
export function useRetries(onEnd: () => void) {
  const [trying, setTrying] = useState<ReadonlySet<string>>(new Set());
  const stops = useRef(new Set<() => void>());
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    const all = stops.current;
    return () => {
      for (const stop of all) stop();
    };
  }, []);
  const mark = (importId: string, isTrying: boolean): void =>
    setTrying((before) => {
      const next = new Set(before);
      if (isTrying) next.add(importId);
      else next.delete(importId);
      return next;
    });
  const countOf = async (importId: string): Promise<number | null> => {
    try {
      const { deadLetters } = await ask(DeadLettersOfDocument, { importId });
      return deadLetters.totalCount;
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
      return null;
    }
  };
  /** Tries rows again (null: all of the import) and says what came of it. */
  const retry = async (importId: string, ids: readonly string[] | null): Promise<void> => {
    mark(importId, true);
    try {
      const asked = ids?.length ?? (await countOf(importId)) ?? 0;
      const { retryDeadLetters: before } = await ask(RetryLettersDocument, { importId, ids });
      let last = before;
      const end = (): void => {
        stop();
        stops.current.delete(stop);
        mark(importId, false);
        const { taken, refused } = retryOutcome(before, last, asked);
        tellDone(queuesTexts.letters.outcome(taken, refused));
        latest.current();
      };
      const stop = live.watch(
        RetriedImportDocument,
        { id: importId },
        {
          onEvent: (state) => {
            last = state;
          },
          onRefused: end,
          onEnd: end,
        },
      );
      stops.current.add(stop);
    } catch (error) {
      mark(importId, false);
      tellProblem(asProblem(error, apiTexts.unreachable));
      latest.current();
    }
  };
  return { trying, retry, countOf };
}

export type Retries = ReturnType<typeof useRetries>;
