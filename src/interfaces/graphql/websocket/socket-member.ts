import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Member, Payload } from '../../../application/live/live-sharing.ts';
import type { LiveSocket } from './live-socket.ts';
import { nextHead, SharedPayload } from './next-frame.ts';

/** A result with errors: each member is told of them with the id of its own request. */
export class FailedPayload implements Payload {
  readonly bytes = 0;
  readonly result: ExecutionResult;

  constructor(result: ExecutionResult) {
    this.result = result;
  }
}

/** Where the `next` messages of an operation go. */
export interface Recipient {
  readonly socket: LiveSocket;
  /** The operation's, as the client chose it. */
  readonly id: string;
  /** Turns errors into what the client may see of them. */
  readonly format: (errors: readonly unknown[]) => readonly GraphQLFormattedError[];
}

/** A subscription on a socket, as the member of a group. */
export class SocketMember implements Member<SharedPayload | FailedPayload> {
  readonly #to: Recipient;
  readonly #head: Buffer;
  /** How many results it was given. */
  given = 0;

  constructor(to: Recipient) {
    this.#to = to;
    this.#head = nextHead(to.id);
  }

  busy(): Promise<void> | null {
    return this.#to.socket.busy;
  }

  give(payloads: readonly (SharedPayload | FailedPayload)[]): number {
    const [only] = payloads;
    if (payloads.length === 1 && only) return this.#give(only);
    let taken = 0;
    this.#to.socket.together(() => {
      while (taken < payloads.length) {
        const payload = payloads[taken];
        if (!payload || this.#give(payload) === 0) return;
        taken += 1;
      }
    });
    return taken;
  }

  #give(payload: SharedPayload | FailedPayload): 0 | 1 {
    if (this.busy()) return 0;
    this.given += 1;
    const shared = payload instanceof SharedPayload ? payload : this.#own(payload.result);
    this.#to.socket.push(shared.frame(this.#head));
    return 1;
  }

  #own({ data, errors = [] }: ExecutionResult): SharedPayload {
    const shown = this.#to.format(errors);
    return new SharedPayload(JSON.stringify(data === undefined ? { errors: shown } : { data, errors: shown }));
  }
}
