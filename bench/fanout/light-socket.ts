import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/**
 * A WebSocket client that does as little as can be, so that thousands of them in one process do not hide what the server does: no
 * extensions, whole frames only, nothing parsed but their headers.
 */
export class LightSocket {
  readonly #socket: Socket;
  readonly #onText: (text: Buffer) => void;
  readonly #onEnd: (why: string) => void;
  #rest: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #opened: () => void = () => {};

  private constructor(socket: Socket, onText: (text: Buffer) => void, onEnd: (why: string) => void) {
    this.#socket = socket;
    this.#onText = onText;
    this.#onEnd = onEnd;
  }

  static async open(port: number, onText: (text: Buffer) => void, onEnd: (why: string) => void): Promise<LightSocket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const light = new LightSocket(socket, onText, onEnd);
    socket.on('data', (data) => light.#read(data));
    socket.on('error', (error) => onEnd(error.message));
    socket.on('close', () => onEnd('closed'));
    const opened = new Promise<void>((resolve) => {
      light.#opened = resolve;
    });
    socket.write(
      [
        'GET /graphql HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Protocol: graphql-transport-ws',
        '\r\n',
      ].join('\r\n'),
    );
    await opened;
    return light;
  }

  send(message: unknown): void {
    this.#frame(TEXT, Buffer.from(JSON.stringify(message)));
  }

  #frame(opcode: number, payload: Buffer): void {
    const isShort = payload.length < 126;
    const head = Buffer.alloc(isShort ? 6 : 8);
    head[0] = 0x80 | opcode;
    // Masked, as clients must, by zeros.
    head[1] = 0x80 | (isShort ? payload.length : 126);
    if (!isShort) head.writeUInt16BE(payload.length, 2);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #read(data: Buffer): void {
    let rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    if (!this.#isOpen) {
      const end = rest.indexOf('\r\n\r\n');
      if (end >= 0 && !rest.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) this.#onEnd(String(rest));
      if (end < 0) {
        this.#rest = rest;
        return;
      }
      rest = rest.subarray(end + 4);
      this.#isOpen = true;
      this.#opened();
    }
    for (let size = sizeOf(rest); size && rest.length >= size.offset + size.length; size = sizeOf(rest)) {
      const payload = rest.subarray(size.offset, size.offset + size.length);
      const opcode = (rest[0] ?? 0) & 0x0f;
      if (opcode === TEXT) this.#onText(payload);
      else if (opcode === PING) this.#frame(PONG, payload);
      else if (opcode === CLOSE) this.#onEnd(`${payload.readUInt16BE(0)} ${payload.subarray(2)}`);
      rest = rest.subarray(size.offset + size.length);
    }
    this.#rest = rest;
  }
}

function sizeOf(frame: Buffer): { readonly offset: number; readonly length: number } | null {
  if (frame.length < 2) return null;
  const length = (frame[1] ?? 0) & 0x7f;
  if (length < 126) return { offset: 2, length };
  if (length === 126) return frame.length < 4 ? null : { offset: 4, length: frame.readUInt16BE(2) };
  return frame.length < 10 ? null : { offset: 10, length: Number(frame.readBigUInt64BE(2)) };
}
