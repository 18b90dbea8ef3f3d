import WebSocket from 'ws';

const AGAIN_MS = 50;

/** An event of a ticket as a subscriber hears it. */
export interface Heard {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly ticketId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const QUERY = 'subscription ($after: String) { ticketEvents(after: $after) { id cursor type ticketId } }';

/**
 * Hears all events of tickets after a cursor. When it loses its socket it connects again, to wherever `origin` says then, and goes on
 * from the last cursor that it saw.
 */
export class ResumingSubscriber {
  readonly heard: Heard[] = [];
  /** How often it had to connect. */
  connections = 0;
  readonly #origin: (connection: number) => string;
  readonly #token: string;
  #cursor: string;
  #socket: WebSocket | null = null;
  #stopped = false;
  #again: NodeJS.Timeout | undefined;

  constructor(origin: (connection: number) => string, token: string, cursor: string) {
    this.#origin = origin;
    this.#token = token;
    this.#cursor = cursor;
  }

  /** Resolves once the first connection is let in. */
  start(): Promise<void> {
    return new Promise((resolve) => this.#connect(resolve));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    this.#socket?.close();
  }

  #connect(letIn: () => void): void {
    const socket = new WebSocket(
      `${this.#origin(this.connections).replace('http', 'ws')}/graphql`,
      'graphql-transport-ws',
    );
    this.connections += 1;
    this.#socket = socket;
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${this.#token}` } }));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.type === 'connection_ack') {
        send({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { after: this.#cursor } } });
        letIn();
      } else if (message.type === 'next' && message.payload?.data) {
        const event = message.payload.data.ticketEvents;
        this.heard.push({ ...event, at: Date.now() });
        this.#cursor = event.cursor;
      } else if (message.type === 'next' || message.type === 'error') {
        // The subscription failed, not the socket: the same again from the cursor.
        socket.close();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.#stopped) this.#again = setTimeout(() => this.#connect(letIn), AGAIN_MS);
    });
  }
}

interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly ticketEvents: Omit<Heard, 'at'> } };
}
