import { useCallback, useEffect, useRef, useState } from 'react';
import { type Problem, unreachable } from '../api/problem.ts';
import { serverClock } from '../api/server-clock.ts';
import { apiTexts } from '../api/texts.ts';
import { type Numbers, type Readiness, readNumbers, readReadiness } from './health.ts';
import { healthTexts } from './texts-running.ts';
import { useEvery } from './use-every.ts';

const EVERY_MS = 10_000;
/** A check takes 2 s at most; whoever gives no answer by then is not well. */
const PATIENCE_MS = 8_000;

export interface Health extends Readiness {
  readonly numbers: Numbers;
  readonly readAt: string;
}

/** How the server says it is, asked again and again; it answers these without a session, as it does to load balancers. */
export function useHealth() {
  const [health, setHealth] = useState<Health>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef<AbortController>(undefined);
  const read = useCallback(async (): Promise<void> => {
    running.current?.abort();
    const own = new AbortController();
    running.current = own;
    try {
      const signal = AbortSignal.any([own.signal, AbortSignal.timeout(PATIENCE_MS)]);
      // 503 tells as much as 200 does.
      const [ready, numbers] = await Promise.all([json('/health/ready', signal), json('/health/metrics', signal)]);
      if (own.signal.aborted) return;
      const readiness = readReadiness(ready);
      if (!readiness) return setProblem({ ...unreachable(healthTexts.unreadable), code: 'INTERNAL' });
      setProblem(null);
      setHealth({ ...readiness, numbers: readNumbers(numbers), readAt: new Date(serverClock.now()).toISOString() });
    } catch {
      if (!own.signal.aborted) setProblem(unreachable(apiTexts.unreachable));
    }
  }, []);
  useEffect(() => {
    void read();
    return () => running.current?.abort();
  }, [read]);
  useEvery(EVERY_MS, () => void read());
  return { health, problem, reload: () => void read() };
}

async function json(path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await fetch(path, { signal, headers: { accept: 'application/json' } });
  return answer.json();
}
