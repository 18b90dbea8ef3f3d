import type { SlaAlertKind } from '../../src/domain/sla-alert.ts';
import { type Message, openSocket } from './edge-server.ts';
import type { Heard } from './soak-events.ts';

const TICKET = 'id reference status version client { name } assignee { name }';
const QUERIES = {
  events: `subscription ($after: String, $ticketId: ID) {
    ticketEvents(after: $after, ticketId: $ticketId) { id cursor type ticketId from to ticket { ${TICKET} } } }`,
  alerts: `subscription ($after: String, $kinds: [SlaAlertKind!]) {
    slaAlerts(after: $after, kinds: $kinds) { id cursor kind tier escalationLevel ticket { ${TICKET} } } }`,
  progress: 'subscription ($id: ID!) { importProgress(id: $id) { id status processedRows } }',
} as const;
const ENDED = ['COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED'];

export interface Wish {
  readonly what: keyof typeof QUERIES;
  readonly ticketId: string | null;
  readonly kinds: readonly SlaAlertKind[] | null;
  readonly hearsAll: boolean;
  readonly after: string | null;
  /** Whose progress, when that is what is asked for. */
  readonly importId: string | null;
}

type Told = { id: string; cursor: string; status: string; processedRows: number };
type Socket = Awaited<ReturnType<typeof openSocket>>;

/** One client with one subscription on a socket of its own, and everything that came. */
export class SoakSubscriber {
  readonly wish: Wish;
  readonly #socket: Socket;
  /** The code that its socket was closed with; null while it is open. */
  closedWith: number | null = null;
  isLeaving = false;

  private constructor(wish: Wish, socket: Socket) {
    this.wish = wish;
    this.#socket = socket;
    void socket.closed.then(({ code }) => {
      this.closedWith = code;
    });
  }

  /** Resolves once it is let in, or its socket closed. `restless`: it begins and ends other subscriptions beside its own. */
  static async open(url: string, token: string, wish: Wish, restless: boolean): Promise<SoakSubscriber> {
    const socket = await openSocket(url, { authorization: `Bearer ${token}` }, {});
    socket.raw.on('error', () => undefined);
    const { what, ticketId, kinds, after, importId } = wish;
    const variables = { events: { after, ticketId }, alerts: { after, kinds }, progress: { id: importId } };
    if (socket.raw.readyState === socket.raw.OPEN) {
      socket.subscribe('1', QUERIES[what], variables[what]);
      for (let n = 0; restless && n < 2; n += 1) {
        socket.subscribe('2', QUERIES.events, { after: null });
        socket.send({ type: 'complete', id: '2' });
      }
    }
    return new SoakSubscriber(wish, socket);
  }

  get closed(): Promise<unknown> {
    return this.#socket.closed;
  }

  /** Leaves by one of the ways that there are. */
  async leave(how: 'complete' | 'close' | 'vanish'): Promise<void> {
    this.isLeaving = true;
    const { raw, send, closed } = this.#socket;
    if (raw.readyState === raw.OPEN) {
      if (how === 'complete') send({ type: 'complete', id: '1' });
      if (how === 'vanish') raw.terminate();
      else raw.close();
    }
    await closed;
  }

  /** Whether its subscription was completed by the server, as that of an import is that has ended. */
  get isOver(): boolean {
    return this.#own().some(({ type }) => type !== 'next');
  }

  get heard(): Heard | null {
    const { what, ticketId, kinds, hearsAll, after } = this.wish;
    if (what === 'progress') return null;
    return { what, ticketId, kinds, hearsAll, after, ids: this.#told().map(({ id }) => id) };
  }

  /** The place to go on from. */
  get cursor(): string | null {
    return this.#told().at(-1)?.cursor ?? this.wish.after;
  }

  /** What is wrong with what came, whatever the log says; null: nothing is. */
  fault(): string | null {
    const odd = this.#own().find(({ type, payload }) => type === 'error' || hasErrors(payload));
    if (odd) return `was told ${JSON.stringify(odd)}`;
    if (this.wish.what !== 'progress') return this.isOver ? 'was completed by the server' : null;
    const states = this.#told();
    const back = states.some(({ processedRows }, n) => processedRows < (states[n - 1]?.processedRows ?? 0));
    if (back) return `was told that an import lost rows: ${JSON.stringify(states)}`;
    if (this.isOver && !ENDED.includes(states.at(-1)?.status ?? ''))
      return `was completed amid an import: ${JSON.stringify(states)}`;
    return null;
  }

  #own(): Message[] {
    return this.#socket.queue.filter(({ id }) => id === '1');
  }

  #told(): Told[] {
    return this.#own().flatMap(({ type, payload }) => {
      const { data } = (payload ?? {}) as { data?: Record<string, Told> };
      return type === 'next' && data ? Object.values(data) : [];
    });
  }
}

function hasErrors(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'errors' in payload;
}
