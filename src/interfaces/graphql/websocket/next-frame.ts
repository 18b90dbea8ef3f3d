import type { Payload } from '../../../application/live/live-sharing.ts';

/** RFC 6455: a whole text message in one frame. */
const FIN_TEXT = 0x81;
const LENGTH_IN_7_BITS = 125;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;
/** What is shorter is copied into a frame of its own: one write costs less than the copy. */
const COPIED_BYTES = 8 * 1024;

/** How each `next` message of one operation begins. */
export function nextHead(id: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
}

/** A result as all members of a group get it: everything in the message behind its head. */
export class SharedPayload implements Payload {
  readonly #tail: Buffer;
  #last: { readonly head: Buffer; readonly frame: readonly Buffer[] } | null = null;

  /** `text`: the result as JSON. */
  constructor(text: string) {
    this.#tail = Buffer.from(`${text}}`);
  }

  get bytes(): number {
    return this.#tail.length;
  }

  /** The WebSocket frame of the message that begins with `head`, in parts that nobody may change. */
  frame(head: Buffer): readonly Buffer[] {
    // Operations are often numbered from 1: such clients get the very same frame.
    if (this.#last?.head.equals(head)) return this.#last.frame;
    const frame = this.#make(head);
    this.#last = { head, frame };
    return frame;
  }

  #make(head: Buffer): readonly Buffer[] {
    const tail = this.#tail;
    const length = head.length + tail.length;
    const offset = length <= LENGTH_IN_7_BITS ? 2 : length < 2 ** 16 ? 4 : 10;
    const isCopied = length < COPIED_BYTES;
    const start = Buffer.allocUnsafe(offset + (isCopied ? length : head.length));
    start[0] = FIN_TEXT;
    if (offset === 2) {
      start[1] = length;
    } else if (offset === 4) {
      start[1] = LENGTH_IN_16_BITS;
      start.writeUInt16BE(length, 2);
    } else {
      start[1] = LENGTH_IN_64_BITS;
      start.writeBigUInt64BE(BigInt(length), 2);
    }
    start.set(head, offset);
    if (!isCopied) return [start, tail];
    start.set(tail, offset + head.length);
    return [start];
  }
}
