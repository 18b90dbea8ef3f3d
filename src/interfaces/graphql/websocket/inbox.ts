import { MessageType, parseMessage } from 'graphql-ws';

export interface InboxDeps {
  /** Does what a message of the protocol asks for; resolves when the operation that it began has ended. */
  readonly handle: (frame: string) => Promise<void>;
  /** Closes the socket with 4400. */
  readonly refuse: (reason: string) => void;
}

interface Operation {
  ended: Promise<void>;
  /** It waits no longer for a former operation with its id. */
  begun: boolean;
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
    if (isBinary) return refuse('Messages are text frames');
    const message = read(frame);
    switch (message?.type) {
      case MessageType.Subscribe:
        return this.#subscribe(message.id, frame);
      case MessageType.Complete: {
        const operation = this.#operations.get(message.id);
        if (operation) operation.over = true;
        return handle(frame);
      }
      case MessageType.ConnectionInit:
      case MessageType.Ping:
      case MessageType.Pong:
        return handle(frame);
      default:
        return refuse(message ? 'Only servers send this message' : 'Invalid message received');
    }
  }

  /** The client is being told that the operation with this id has ended; one that waits for the id is not meant. */
  tellEnd(id: string): void {
    const operation = this.#operations.get(id);
    if (operation?.begun) operation.over = true;
  }

  async #subscribe(id: string, frame: string): Promise<void> {
    const { handle } = this.#deps;
    const former = this.#operations.get(id);
    // A duplicate: graphql-ws closes the socket with 4409.
    if (former && !former.over) return handle(frame);
    const operation: Operation = { begun: !former, over: false, ended: Promise.resolve() };
    this.#operations.set(id, operation);
    const run = former ? former.ended.then(() => this.#begin(operation, frame)) : handle(frame);
    operation.ended = run.then(
      () => undefined,
      () => undefined,
    );
    try {
      await run;
    } finally {
      if (this.#operations.get(id) === operation) this.#operations.delete(id);
    }
  }

  async #begin(operation: Operation, frame: string): Promise<void> {
    if (operation.over) return;
    operation.begun = true;
    return this.#deps.handle(frame);
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
