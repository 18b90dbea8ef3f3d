/** How long after its first use a refresh token still gives the same successor, for clients that refresh in parallel. */
export const REFRESH_GRACE_MS = 5_000;

/** What is kept of a refresh token: its SHA-256, never itself. All that descend from one sign-in are a family. */
export interface RefreshToken {
  readonly id: string;
  readonly familyId: string;
  readonly userId: string;
  readonly hash: Uint8Array;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** When it was exchanged for its successor. */
  readonly usedAt: Date | null;
  readonly revokedAt: Date | null;
}

/**
 * What a presented token earns: ROTATE its successor is made, REPEAT its successor is given once more, REPLAYED somebody has
 * a copy, so its family ends, REFUSED nothing.
 */
export type RefreshOutcome = 'ROTATE' | 'REPEAT' | 'REPLAYED' | 'REFUSED';

/** Judges a presented token; `successor` is the token that it was exchanged for, if it was and that is still kept. */
export function judgeRefresh(token: RefreshToken, successor: RefreshToken | undefined, now: Date): RefreshOutcome {
  if (token.revokedAt || token.expiresAt <= now) return 'REFUSED';
  if (!token.usedAt) return 'ROTATE';
  const inGrace = now.getTime() - token.usedAt.getTime() <= REFRESH_GRACE_MS;
  return inGrace && successor && !successor.usedAt && !successor.revokedAt ? 'REPEAT' : 'REPLAYED';
}
