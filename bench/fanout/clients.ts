import { randomUUID } from 'node:crypto';
import { answering } from '../harness/child.ts';
import { LightSocket } from './light-socket.ts';
import { monotonic, QUERY } from './story.ts';

/** How clients of a contender are opened; and what is waited for. */
export type ClientsRequest =
  | { readonly kind: 'open'; readonly name: string; readonly port: number; readonly count: number }
  | { readonly kind: 'arrival'; readonly name: string }
  | { readonly kind: 'texts'; readonly name: string };

export interface Arrival {
  /** By the clock that all processes of the machine share, in milliseconds. */
  readonly first: number;
  readonly last: number;
}

export interface ClientsAnswer {
  readonly arrival?: Arrival;
  /** The last message of each, its own id replaced by "ID". */
  readonly texts?: readonly string[];
}

const AT_A_TIME = 100;

/** Many clients of one server, each with one subscription under an id of its own, as stock clients have. */
class Crowd {
  readonly #last: { id: string; text: Buffer | null }[] = [];
  #arrived = 0;
  #first = 0;
  #whole: (arrival: Arrival) => void = () => {};
  #failed: (error: Error) => void = () => {};
  #arrival: Promise<Arrival> = this.#next();

  async open(port: number, count: number): Promise<void> {
    for (let begun = 0; begun < count; begun += AT_A_TIME) {
      const some = Math.min(AT_A_TIME, count - begun);
      await Promise.all(Array.from({ length: some }, () => this.#openOne(port)));
    }
  }

  async #openOne(port: number): Promise<void> {
    const mine: { id: string; text: Buffer | null } = { id: randomUUID(), text: null };
    this.#last.push(mine);
    let acknowledged: () => void = () => {};
    let refused: (error: Error) => void = () => {};
    const ready = new Promise<void>((resolve, reject) => {
      acknowledged = resolve;
      refused = reject;
    });
    const onText = (text: Buffer) => {
      if (text.indexOf('"type":"next"') < 0) {
        if (text.indexOf('connection_ack') >= 0) acknowledged();
        else if (text.indexOf('"type":"ping"') < 0) this.#failed(new Error(`Not expected: ${text}`));
        return;
      }
      mine.text = text;
      if (this.#arrived === 0) this.#first = monotonic();
      this.#arrived += 1;
      if (this.#arrived < this.#last.length) return;
      this.#arrived = 0;
      this.#whole({ first: this.#first, last: monotonic() });
    };
    const onEnd = (why: string) => {
      const error = new Error(`A client ended: ${why}`);
      refused(error);
      this.#failed(error);
    };
    const socket = await Promise.race([LightSocket.open(port, onText, onEnd), ready.then(never)]);

    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer good' } });
    await ready;
    socket.send({ type: 'subscribe', id: mine.id, payload: { query: QUERY, variables: { after: null } } });
  }

  /** When everybody has got the next message. */
  async arrival(): Promise<Arrival> {
    const arrival = await this.#arrival;
    this.#arrival = this.#next();
    return arrival;
  }

  texts(): string[] {
    return this.#last.map(({ id, text }) => String(text).replace(id, 'ID'));
  }

  #next(): Promise<Arrival> {
    const arrival = new Promise<Arrival>((resolve, reject) => {
      this.#whole = resolve;
      this.#failed = reject;
    });
    arrival.catch(() => undefined);
    return arrival;
  }
}

const crowds = new Map<string, Crowd>();

answering<ClientsRequest, ClientsAnswer>(async (request) => {
  const crowd = crowds.get(request.name) ?? new Crowd();
  crowds.set(request.name, crowd);
  if (request.kind === 'open') await crowd.open(request.port, request.count);
  if (request.kind === 'arrival') return { arrival: await crowd.arrival() };
  return request.kind === 'texts' ? { texts: crowd.texts() } : {};
});

function never(): never {
  throw new Error('It was acknowledged before it was open.');
}
