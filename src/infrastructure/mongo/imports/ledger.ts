import type { Ledger } from './documents.ts';

export const EMPTY_LEDGER: Ledger = { below: 0, beyond: [], rows: 0, succeeded: 0, failed: 0, retried: 0 };

/** From so many numbers on, the list of committed chunks is worth shortening. */
const LONG_LIST = 32;

export function isCommitted({ below, beyond }: Ledger, seq: number): boolean {
  return seq < below || beyond.includes(seq);
}

/** How many chunks are committed. */
export function committedChunks({ below, beyond }: Ledger): number {
  return below + beyond.length;
}

/** The numbers below `chunks` that are not committed, ascending. */
export function uncommittedChunks({ below, beyond }: Ledger, chunks: number): number[] {
  const committed = new Set(beyond);
  const open: number[] = [];
  for (let seq = below; seq < chunks; seq += 1) if (!committed.has(seq)) open.push(seq);
  return open;
}

/** The higher `below` that a long list of numbers allows; null when it is short, or a chunk in its way is open. */
export function shortened({ below, beyond }: Ledger): number | null {
  if (beyond.length < LONG_LIST) return null;
  const committed = new Set(beyond);
  let next = below;
  while (committed.has(next)) next += 1;
  return next > below ? next : null;
}
