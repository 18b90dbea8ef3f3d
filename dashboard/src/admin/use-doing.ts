import { useCallback, useState } from 'react';
import { asProblem, type Problem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';

export interface Doing {
  readonly isBusy: boolean;
  readonly problem: Problem | null;
  /** Runs it, and keeps why it was refused; whether it was done. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  /** The value at this path was changed: what was said against it holds no longer. */
  readonly forget: (path: string) => void;
  /** What the API says against one value, by its path; undefined: nothing. */
  readonly against: (path: string) => string | undefined;
}

/** Something that a form does, once at a time, and what the API says against it. */
export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(asProblem(error, apiTexts.unreachable));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const forget = useCallback((path: string): void => {
    setProblem((before) => {
      if (!before?.fields.some((field) => field.path === path)) return before;
      const fields = before.fields.filter((field) => field.path !== path);
      return fields.length === 0 ? null : { ...before, fields };
    });
  }, []);
  return { isBusy, problem, run, forget, against: (path) => messageAt(problem, path) };
}

/** What a problem says against the value at `path`. */
export function messageAt(problem: Problem | null, path: string): string | undefined {
  return problem?.fields.find((field) => field.path === path)?.message;
}
