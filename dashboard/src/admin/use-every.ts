import { useEffect, useRef } from 'react';

/** Calls `work` every so often while the page is looked at; nobody reads numbers in a tab behind others. */
export function useEvery(milliseconds: number, work: () => void): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current();
    }, milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
