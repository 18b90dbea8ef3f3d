import type { Actor } from '../../../domain/actor.ts';
import { DomainError } from '../../../domain/domain-error.ts';
import { CLOSE, type LiveSocket } from './live-socket.ts';

/** Which sockets belong to which user, so that they end when the user's sessions do. */
export interface SignedInSockets {
  /**
   * Runs `authenticate` and files the socket under its user. A user whose sessions end meanwhile is found too: then, and
   * when the socket is already gone, `null` comes back.
   */
  admit<T extends { readonly actor: Actor }>(socket: LiveSocket, authenticate: () => Promise<T>): Promise<T | null>;
  remove(socket: LiveSocket): void;
  /** Stops listening for ended sessions. */
  stop(): void;
}

/**
 * `onSessionsEnded` tells of users whose sessions ended, in any process; returns how to stop. A user has at most `maxPerUser` sockets
 * in this process: the next is LIMIT_EXCEEDED.
 */
export function createSignedInSockets(
  onSessionsEnded: (listener: (userId: string) => void) => () => void,
  maxPerUser: number,
): SignedInSockets {
  const byUser = new Map<string, Set<LiveSocket>>();
  const arriving = new Set<Set<string>>();

  const stop = onSessionsEnded((userId) => {
    for (const ended of arriving) ended.add(userId);
    for (const socket of byUser.get(userId) ?? []) socket.end(CLOSE.forbidden, 'Your session has ended: sign in again');
  });

  return {
    async admit(socket, authenticate) {
      const endedMeanwhile = new Set<string>();
      arriving.add(endedMeanwhile);
      try {
        const session = await authenticate();
        const userId = session.actor.id;
        if (socket.ended || endedMeanwhile.has(userId)) return null;
        const sockets = byUser.get(userId) ?? new Set();
        if (sockets.size >= maxPerUser) throw tooMany(maxPerUser, sockets.size + 1);
        socket.actor = session.actor;
        byUser.set(userId, sockets.add(socket));
        return session;
      } finally {
        arriving.delete(endedMeanwhile);
      }
    },
    remove(socket) {
      const userId = socket.actor?.id;
      if (userId === undefined) return;
      const sockets = byUser.get(userId);
      sockets?.delete(socket);
      if (sockets?.size === 0) byUser.delete(userId);
    },
    stop,
  };
}

/** Short enough for the reason of a close. */
function tooMany(max: number, actual: number): DomainError {
  const message = `LIMIT_EXCEEDED: socketsPerUser is ${max}, and this would be number ${actual}. Close one first.`;
  return new DomainError('LIMIT_EXCEEDED', message, { limit: 'socketsPerUser', max, actual });
}
