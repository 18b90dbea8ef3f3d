import { WebSocket } from 'ws';

const TOO_LARGE = 1009;

/** Sockets that say what the limit is when ws ends them for a frame that is too large; ws alone gives no reason. */
export function boundedFrames(maxFrameBytes: number): typeof WebSocket {
  return class extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      const told = `PAYLOAD_TOO_LARGE: a frame has at most ${maxFrameBytes} bytes. Send less, or use HTTP.`;
      super.close(code, code === TOO_LARGE && reason === undefined ? told : reason);
    }
  };
}
