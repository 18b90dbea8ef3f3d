import { once } from 'node:events';
import WebSocket from 'ws';

/** A message as it arrived: by this machine's clock, in milliseconds, and not yet parsed. */
export interface Frame {
  readonly at: number;
  readonly text: string;
}

/** Collects what a WebSocket brings; nothing is parsed while a round runs, so that reading costs as little as can be. */
export interface Frames {
  /** How many have arrived since `take` was last called. */
  readonly count: number;
  /** What has arrived since the last call. */
  take(): Frame[];
  /** How often the server has cut the connection since the last call. */
  takeCuts(): number;
  /** Why nothing more comes; null while it is open. */
  readonly closed: string | null;
  close(): void;
}

/** Every message of a plain WebSocket. */
export async function openFrames(url: string): Promise<Frames> {
  const collected = new Collected();
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (data) => collected.add(Date.now(), String(data)));
  socket.on('close', (code, reason) => collected.end(`${code} ${reason}`));
  await once(socket, 'open');
  collected.socket = socket;
  return collected;
}

export interface SubscriptionRequest {
  readonly origin: string;
  readonly token: string | null;
  /** Takes `$after: String`, a cursor or null. */
  readonly query: string;
  /** The cursor of a frame, to go on from when the server cuts the connection. */
  readonly cursorOf: (text: string) => string;
}

const TRY_AGAIN_LATER = 1013;
const NEXT = /^\{"id":"1","type":"next"/;

/**
 * The `next` messages of one GraphQL subscription, by graphql-transport-ws. Cut off as too slow (1013), it connects again and goes on
 * from its last cursor, as clients of the API are told to; any other end is final.
 */
export async function subscribeFrames(request: SubscriptionRequest): Promise<Frames> {
  const collected = new Collected();
  await connect(request, collected, null);
  return collected;
}

async function connect(request: SubscriptionRequest, collected: Collected, after: string | null): Promise<void> {
  const { origin, token, query, cursorOf } = request;
  const url = `${origin.replace(/^http/, 'ws')}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  collected.socket = socket;
  let last: string | null = null;
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await acknowledged;
  socket.on('message', (data) => {
    const at = Date.now();
    const text = String(data);
    if (NEXT.test(text)) {
      collected.add(at, text);
      last = text;
    } else if (text.includes('"type":"ping"')) {
      socket.send('{"type":"pong"}');
    } else if (!text.includes('"type":"error"')) {
      collected.end(text);
    }
  });
  socket.on('error', (error) => collected.end(error.message));
  socket.on('close', (code, reason) => {
    if (code !== TRY_AGAIN_LATER) {
      collected.end(`${code} ${reason}`);
      return;
    }
    collected.cut();
    connect(request, collected, last ? cursorOf(last) : after).catch((error: unknown) => collected.end(String(error)));
  });
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { after } } }));
}

class Collected implements Frames {
  socket: WebSocket | null = null;
  #frames: Frame[] = [];
  #cuts = 0;
  #closed: string | null = null;

  get count(): number {
    return this.#frames.length;
  }

  get closed(): string | null {
    return this.#closed;
  }

  take(): Frame[] {
    const taken = this.#frames;
    this.#frames = [];
    return taken;
  }

  takeCuts(): number {
    const cuts = this.#cuts;
    this.#cuts = 0;
    return cuts;
  }

  close(): void {
    this.#closed ??= 'closed by us';
    this.socket?.terminate();
  }

  add(at: number, text: string): void {
    this.#frames.push({ at, text });
  }

  cut(): void {
    this.#cuts += 1;
  }

  end(reason: string): void {
    this.#closed ??= reason;
  }
}
