import { CloseCode, MessageType, parseMessage } from 'graphql-ws';

export interface InboxDeps {
  /** Does what a message of the protocol asks for; resolves when the operation that it began has ended. */
  readonly handle: (frame: string) => Promise<void>;
  /** Closes the socket. */
  readonly refuse: (code: CloseCode, reason: string) => void;
}

interface Operation {
  ended: Promise<void>;
  /** What asked for it, while it waits for a former operation with its id; null: it has begun, or never will. */
  waiting: string | null;
  /** Its client completed it, or was told its end: the id is free, whatever is still running here. */
  over: boolean;
}

/**
 * Takes the frames of one socket before graphql-ws does. That knows operations by their ids only: a client that completes
 * an operation and uses its id again at once would get the end of the first as the end of the second. So the second
 * waits here until the first has gone. What only servers send, and frames that are no text, are refused.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  readonly #operations = new Map<string, Operation>();

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  async receive(frame: string, isBinary: boolean): Promise<void> {
    const { handle, refuse } = this.#deps;
    if (isBinary) return refuse(CloseCode.BadRequest, 'Messages are text frames');
    const message = read(frame);
    switch (message?.type) {
      case MessageType.Subscribe:
        return this.#subscribe(message.id, frame);
      case MessageType.Complete: {
        const operation = this.#operations.get(message.id);
        if (operation) {
          operation.over = true;
          operation.waiting = null;
        }
        return handle(frame);
      }
      case MessageType.ConnectionInit:
      case MessageType.Ping:
      case MessageType.Pong:
        return handle(frame);
      default:
        return refuse(CloseCode.BadRequest, message ? 'Only servers send this message' : 'Invalid message received');
    }
  }

  /** The client is being told that the operation with this id has ended; one that waits for the id is not meant. */
  tellEnd(id: string): void {
    const operation = this.#operations.get(id);
    if (operation?.waiting === null) operation.over = true;
  }

  /** No async function: that would hold every frame until its operation has ended. */
  #subscribe(id: string, frame: string): Promise<void> {
    const former = this.#operations.get(id);
    if (former && !former.over) {
      // graphql-ws would not know of one that waits.
      this.#deps.refuse(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`);
      return Promise.resolve();
    }
    const operation: Operation = { ended: Promise.resolve(), waiting: former ? frame : null, over: false };
    this.#operations.set(id, operation);
    const run = former ? former.ended.then(() => this.#begin(operation)) : this.#deps.handle(frame);
    const leave = (): void => {
      if (this.#operations.get(id) === operation) this.#operations.delete(id);
    };
    operation.ended = run.then(leave, leave);
    return run;
  }

  async #begin(operation: Operation): Promise<void> {
    const { waiting } = operation;
    operation.waiting = null;
    if (waiting !== null) await this.#deps.handle(waiting);
  }
}

/** The message in a frame; null: it is none of the protocol. */
function read(frame: string): ReturnType<typeof parseMessage> | null {
  try {
    return parseMessage(frame);
  } catch {
    return null;
  }
}
