import { useCallback, useEffect, useState } from 'react';
import { ask } from '../api/client.ts';
import { live } from '../api/live.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { tellProblem } from '../shared/notify.ts';
import { ImportPageDocument, ImportPageProgressDocument } from './documents.generated.ts';
import { type ImportWhole, isOpen, newerOf } from './import-model.ts';
import { useAskedAgain } from './use-uploads.ts';

/** Somebody else may have retried or resumed it. */
const LOOK_MS = 10_000;

/** One import as it is now; undefined while it is on its way, null when there is none. */
export function useImport(id: string) {
  const [shown, setShown] = useState<ImportWhole | null>();
  const [problem, setProblem] = useState<Problem | null>(null);

  const look = useCallback(async (): Promise<void> => {
    try {
      const { importProcess } = await ask(ImportPageDocument, { id });
      setProblem(null);
      setShown((known) => importProcess && newerOf(known, importProcess));
    } catch (error) {
      const found = asProblem(error, apiTexts.unreachable);
      // An address that is no id names no import.
      if (found.code === 'VALIDATION_FAILED') setShown(null);
      else setProblem(found);
    }
  }, [id]);
  useEffect(() => void look(), [look]);
  useAskedAgain(LOOK_MS, look);

  const isWatched = shown ? isOpen(shown.status) : false;
  useEffect(() => {
    if (!isWatched) return;
    const onEnd = (): void => void look();
    return live.watch(ImportPageProgressDocument, { id }, { onEvent: setShown, onRefused: setProblem, onEnd });
  }, [id, isWatched, look]);

  /** Does something that gives the import as it is then; false when the API refused, which is told. */
  const act = useCallback(async (work: () => Promise<ImportWhole>): Promise<boolean> => {
    try {
      setShown(await work());
      return true;
    } catch (error) {
      tellProblem(asProblem(error, apiTexts.unreachable));
      return false;
    }
  }, []);
  return { shown, problem, look, act };
}
