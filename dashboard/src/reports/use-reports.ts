import { useCallback, useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { live } from '../api/live.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import { serverClock } from '../api/server-clock.ts';
import { apiTexts } from '../api/texts.ts';
import { ReportedImportProgressDocument, ReportsPageDocument } from './documents.generated.ts';
import type { ReportedImport, Reports } from './tables.ts';
import { type Period, periodOf, type ReportsView, variablesOf } from './view.ts';

/** Reports change with every ticket; nobody looks at them for the second. */
const QUIET_MS = 30_000;
/** While a large import is worked in, the figures of a moment ago are soon better. */
const BEHIND_MS = 3_000;
const IMPORTS = 10;

/** An answer, and what was asked: what is drawn says which range it is of, also while another one is on its way. */
export interface Shown {
  readonly reports: Reports;
  readonly period: Period;
  readonly agents: number;
  /** The server's time of the answer. */
  readonly at: number;
  /** A large import is being worked in: the figures are older than the answer. */
  readonly isBehind: boolean;
}

export interface ReportsAnswer {
  readonly shown: Shown | null;
  readonly problem: Problem | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** The reports of a view: read anew quietly from time to time, when the page is looked at again, and when an import ends. */
export function useReports(view: ReportsView, pause: boolean): ReportsAnswer {
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setIsLoading] = useState(true);
  const { preset, from, to, agents } = view;
  const running = useRef<AbortController | null>(null);

  const load = useCallback(
    async (quietly: boolean): Promise<void> => {
      running.current?.abort();
      const asking = new AbortController();
      running.current = asking;
      const { signal } = asking;
      if (!quietly) setIsLoading(true);
      try {
        const now = serverClock.now();
        const period = periodOf({ preset, from, to }, now);
        const variables = { ...variablesOf(period, now), agents, imports: IMPORTS };
        const { reports } = await ask(ReportsPageDocument, variables, signal);
        if (signal.aborted) return;
        const at = serverClock.now();
        setShown({ reports, period, agents, at, isBehind: at - Date.parse(reports.asOf) > BEHIND_MS });
        setProblem(null);
      } catch (error) {
        if (signal.aborted) return;
        setProblem(asProblem(error, apiTexts.unreachable));
      }
      setIsLoading(false);
    },
    [preset, from, to, agents],
  );

  useEffect(() => {
    if (pause) return setIsLoading(false);
    void load(false);
    return () => running.current?.abort();
  }, [load, pause]);

  const isBehind = shown?.isBehind ?? false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the next reading is counted from the last answer, whatever came of it.
  useEffect(() => {
    if (pause) return;
    const readAnew = (): void => {
      if (document.visibilityState === 'visible') void load(true);
    };
    const timer = setInterval(readAnew, isBehind ? BEHIND_MS : QUIET_MS);
    document.addEventListener('visibilitychange', readAnew);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', readAnew);
    };
  }, [load, pause, isBehind, shown]);

  const reload = useCallback(() => void load(false), [load]);
  const loadQuietly = useCallback(() => void load(true), [load]);
  const imports = useImports(shown?.reports.lastProcesses ?? [], loadQuietly);
  return {
    shown: shown && { ...shown, reports: { ...shown.reports, lastProcesses: imports } },
    problem,
    isLoading,
    reload,
  };
}

const isUnderWay = ({ status }: ReportedImport): boolean => status === 'QUEUED' || status === 'RUNNING';

/** The imports with how far those have come that are under way; `onEnd` when one has ended. */
function useImports(imports: readonly ReportedImport[], onEnd: () => void): readonly ReportedImport[] {
  const [progress, setProgress] = useState<Readonly<Record<string, ReportedImport>>>({});
  const latest = useRef(onEnd);
  latest.current = onEnd;
  const ids = imports.filter(isUnderWay).map(({ id }) => id);
  const key = ids.join();
  useEffect(() => {
    const watched = key === '' ? [] : key.split(',');
    const stops = watched.map((id) =>
      live.watch(
        ReportedImportProgressDocument,
        { id },
        {
          onEvent: (event) => setProgress((known) => ({ ...known, [id]: event })),
          onEnd: () => latest.current(),
          onRefused: () => latest.current(),
        },
      ),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [key]);
  return imports.map((each) => (isUnderWay(each) ? (progress[each.id] ?? each) : each));
}
