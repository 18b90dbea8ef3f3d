/** What a person should know of the line on which events come. */
export type Connection =
  /** No page listens. */
  | { readonly kind: 'quiet' }
  | { readonly kind: 'connecting' }
  /** `caughtUp`: how many events of the time away have come since; null once that is old news. */
  | { readonly kind: 'live'; readonly caughtUp: number | null }
  /** `since`: when it was lost, in milliseconds of the server's clock. */
  | { readonly kind: 'reconnecting'; readonly since: number };

export type ConnectionEvent =
  | { readonly type: 'opening' }
  | { readonly type: 'opened' }
  /** `wanted`: somebody still listens. */
  | { readonly type: 'lost'; readonly at: number; readonly wanted: boolean }
  /** `missed`: events that had happened before the line was back. */
  | { readonly type: 'received'; readonly missed: number }
  | { readonly type: 'settled' };

/** How the connection stands after `event`. */
export function nextConnection(now: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case 'opening':
      return now.kind === 'reconnecting' ? now : { kind: 'connecting' };
    case 'opened':
      return { kind: 'live', caughtUp: now.kind === 'reconnecting' ? 0 : null };
    case 'lost':
      if (!event.wanted) return { kind: 'quiet' };
      return now.kind === 'reconnecting' ? now : { kind: 'reconnecting', since: event.at };
    case 'received':
      if (now.kind !== 'live' || now.caughtUp === null || event.missed === 0) return now;
      return { kind: 'live', caughtUp: now.caughtUp + event.missed };
    case 'settled':
      return now.kind === 'live' && now.caughtUp !== null ? { kind: 'live', caughtUp: null } : now;
    default:
      return event satisfies never;
  }
}
