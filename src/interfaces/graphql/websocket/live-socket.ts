import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Actor } from '../../../domain/actor.ts';
import type { Caller } from '../caller.ts';
import type { DropReason } from '../operation-metrics.ts';

/** Close codes of graphql-transport-ws and of this API (README, "Errors"). */
export const CLOSE = {
  goingAway: 1001,
  tryAgainLater: 1013,
  unauthorized: 4401,
  forbidden: 4403,
  internalError: 4500,
} as const;

/** Why a socket was ended, by the code that the server ended it with. */
const REASONS: Readonly<Record<number, DropReason>> = {
  [CLOSE.internalError]: 'error',
  [CLOSE.tryAgainLater]: 'too_slow',
  [CLOSE.forbidden]: 'session_ended',
};

/** What the upgrade request tells of whoever sent it; see Caller. */
export type Visitor = Pick<Caller, 'ip' | 'origin' | 'requestId'>;

export interface SocketLimits {
  /** What may wait to be sent, in bytes; more ends the socket with 1013. */
  readonly maxBufferedBytes: number;
  /** How long the peer may take nothing while much waits; longer ends the socket with 1013. */
  readonly stallMs: number;
  readonly keepAliveMs: number;
}

/** Once this much waits, the next event is not taken from its subscription before the peer has taken this one. */
const HIGH_WATER_BYTES = 256 * 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** One client's socket: sends with bounds, notices when the peer is gone, and ends once. */
export class LiveSocket {
  readonly ip: string;
  /** See Caller. */
  readonly origin: string;
  /** Names the connection in logs. */
  readonly connectionId: string;
  actor: Actor | null = null;
  /** Asks whether the token that it was signed in with still holds; throws UNAUTHENTICATED. Nobody is signed in: does nothing. */
  confirm: () => Promise<unknown> = async () => undefined;
  /** Called once when the socket ends; `dropped` says why when it was the server that ended it. */
  onEnd: (code: number, reason: string, dropped: DropReason | null) => void = () => {};
  readonly #socket: WebSocket;
  readonly #connection: Duplex;
  readonly #limits: SocketLimits;
  readonly #pings: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #busy: Promise<void> | null = null;
  #release: () => void = () => {};
  #alive = true;
  #ended = false;

  /** `connection` carries the frames of `socket`. */
  constructor(socket: WebSocket, connection: Duplex, visitor: Visitor, limits: SocketLimits) {
    this.#socket = socket;
    this.#connection = connection;
    this.#limits = limits;
    this.ip = visitor.ip;
    this.origin = visitor.origin;
    this.connectionId = visitor.requestId;
    this.#pings = setInterval(() => this.#ping(), limits.keepAliveMs);
    socket.on('pong', () => {
      this.#alive = true;
    });
    socket.on('close', (code, reason) => this.#finish(code, String(reason), null));
  }

  get ended(): boolean {
    return this.#ended;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Hands over a frame; waits for the peer only when much is waiting already. A socket that ended takes nothing. */
  send(data: string): Promise<void> {
    const socket = this.#socket;
    if (this.#ended || socket.readyState !== socket.OPEN) return Promise.resolve();
    this.#flushSoon();
    return new Promise((resolve) => {
      let stalled: NodeJS.Timeout | undefined;
      socket.send(data, () => {
        clearTimeout(stalled);
        resolve();
      });
      if (socket.bufferedAmount > this.#limits.maxBufferedBytes) {
        this.#endTooSlow();
        resolve();
      } else if (socket.bufferedAmount <= HIGH_WATER_BYTES) {
        resolve();
      } else {
        stalled = setTimeout(() => {
          this.#endTooSlow();
          resolve();
        }, this.#limits.stallMs);
      }
    });
  }

  /**
   * Hands over a ready frame; see busy. The connection is written to past `ws`, which has nothing half sent: messages are neither
   * compressed nor split.
   */
  push(frame: readonly Buffer[]): void {
    const socket = this.#socket;
    if (this.#ended || socket.readyState !== socket.OPEN) return;
    for (const part of frame) this.#connection.write(part);
    const waiting = this.#connection.writableLength;
    if (waiting > this.#limits.maxBufferedBytes) this.#endTooSlow();
    else if (waiting > HIGH_WATER_BYTES && !this.#busy) this.#waitForPeer();
  }

  /** Puts the frames that `work` pushes into one write. */
  together(work: () => void): void {
    this.#connection.cork();
    work();
    this.#connection.uncork();
  }

  /** null: the peer takes what is pushed. Else much is waiting: resolves once it has taken that, or is gone. */
  get busy(): Promise<void> | null {
    return this.#busy;
  }

  #waitForPeer(): void {
    const connection = this.#connection;
    this.#busy = new Promise((resolve) => {
      const stalled = setTimeout(() => this.#endTooSlow(), this.#limits.stallMs);
      const done = (): void => {
        clearTimeout(stalled);
        connection.off('drain', done);
        this.#busy = null;
        this.#release = () => {};
        resolve();
      };
      connection.on('drain', done);
      this.#release = done;
    });
  }

  #endTooSlow(): void {
    this.end(CLOSE.tryAgainLater, 'Too slow: connect again and go on from your cursor');
  }

  /** Ends the socket, and every subscription on it at once. A second call does nothing. */
  end(code: number, reason: string, dropped: DropReason | null = REASONS[code] ?? null): void {
    if (this.#ended) return;
    this.#socket.close(code, reason);
    this.#finish(code, reason, dropped);
  }

  /** Ends the socket with 4403 at `instant`, when its token stops to hold; it is `now`. */
  expireAt(instant: Date, now: Date): void {
    const left = Math.min(LONGEST_TIMER_MS, Math.max(0, instant.getTime() - now.getTime()));
    this.#expiry = setTimeout(() => this.end(CLOSE.forbidden, 'Your access token has expired'), left);
  }

  /** The frames of one turn of the event loop leave in one write: in a burst that is most of what sending costs. */
  #flushSoon(): void {
    if (this.#connection.writableCorked > 0) return;
    this.#connection.cork();
    setImmediate(() => this.#connection.uncork());
  }

  #ping(): void {
    if (!this.#alive) {
      this.end(CLOSE.tryAgainLater, 'No answer to a ping', 'unreachable');
      return;
    }
    this.#alive = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #finish(code: number, reason: string, dropped: DropReason | null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#pings);
    clearTimeout(this.#expiry);
    this.#release();
    this.onEnd(code, reason, dropped);
  }
}
