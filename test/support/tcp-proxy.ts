import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server on this machine, and can cut or stop what passes. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that stand, those from clients and those to the server. */
  connections(): number;
  /** Ends every connection and refuses new ones, as a server that has stopped. */
  cut(): Promise<void>;
  /** Lets connections through again. */
  restore(): Promise<void>;
  /** Nothing passes any more, and nobody is told, as in a network that drops everything. */
  freeze(): void;
  /** What was held back passes on. */
  thaw(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const keep = (socket: Socket, peer: Socket): void => {
    sockets.add(socket);
    if (frozen) socket.pause();
    socket.on('data', (bytes) => peer.write(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      peer.destroy();
    });
  };
  const server = createServer((inside) => {
    const outside = connect(target);
    keep(inside, outside);
    keep(outside, inside);
    if (frozen) for (const socket of [inside, outside]) socket.pause();
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    connections: () => sockets.size,
    cut,
    restore: async () => void (await listen(port)),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    close: cut,
  };
}
