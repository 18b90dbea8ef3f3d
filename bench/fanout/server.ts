import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLObjectType } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { toAlert } from '../../src/domain/sla-alert.ts';
import { ADA, startEdge } from '../../test/support/edge-server.ts';
import { type LiveWorld, liveWorld } from '../../test/support/live-world.ts';
import { answering } from '../harness/child.ts';
import { monotonic } from './story.ts';

/** Which of the ways to tell thousands of an alert this process serves. */
export type Way = 'ours' | 'graphql-ws' | 'raw';

export type ServerRequest =
  | { readonly kind: 'start'; readonly way: Way; readonly text?: string }
  | { readonly kind: 'alert' }
  | { readonly kind: 'followers' }
  /** Seconds of processor time since the last alert. */
  | { readonly kind: 'processor' };

export interface ServerAnswer {
  readonly port?: number;
  readonly followers?: number;
  /** When the alert was there to be told. */
  readonly at?: number;
  readonly processorMs?: number;
}

/** While thousands come at once, a client may wait for its turn. */
const INIT_TIMEOUT_MS = 60_000;

interface Running {
  readonly port: number;
  followers(): number;
  /** Tells of one more alert; nothing else may be done in the same turn. */
  alert(): void;
}

async function startOurs(world: LiveWorld): Promise<Running> {
  const { schema, createContext } = world;
  const websocket = { socketsPerUser: 1_000_000, socketsPerAddress: 1_000_000, initTimeoutMs: INIT_TIMEOUT_MS };
  const { port } = await startEdge({ schema, createContext: createContext as never, websocket });
  return { port, followers: () => world.hub.size, alert: () => tellOf(world) };
}

/** As its documentation has it; its source is the least there can be: the ready alert, pushed to each subscriber. */
async function startGraphqlWs(world: LiveWorld): Promise<Running> {
  const { schema, createContext } = world;
  const pushes = new Set<(value: unknown) => void>();
  const subscription = schema.getSubscriptionType();
  if (!(subscription instanceof GraphQLObjectType)) throw new Error('There is no subscription type.');
  const field = subscription.getFields().slaAlerts;
  if (!field) throw new Error('There are no alerts.');
  field.subscribe = () => pushed(pushes);
  const http = createServer((_, response) => response.end('{}'));
  const server = new WebSocketServer({ server: http, path: '/graphql', perMessageDeflate: false });
  const caller = { actor: ADA, requestId: 'bench', ip: '127.0.0.1', origin: 'http://127.0.0.1' };
  const connectionInitWaitTimeout = INIT_TIMEOUT_MS;
  useServer({ schema, context: () => ({ ...createContext(caller) }), connectionInitWaitTimeout }, server);
  return {
    port: await listen(http),
    followers: () => pushes.size,
    alert: () => {
      tellOf(world);
      const event = world.events.at(-1);
      const value = event && { alert: toAlert(event), ticket: world.tickets.get(event.subjectId ?? '') };
      for (const push of pushes) push(value);
    },
  };
}

/** The limit: the message is there, each socket is sent it. */
async function startRaw(text: string): Promise<Running> {
  const http = createServer((_, response) => response.end('{}'));
  const server = new WebSocketServer({ server: http, path: '/graphql', perMessageDeflate: false });
  let followers = 0;
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
      else followers += 1;
    });
  });
  const bytes = Buffer.from(text);
  return {
    port: await listen(http),
    followers: () => followers,
    alert: () => {
      for (const socket of server.clients) socket.send(bytes, { binary: false });
    },
  };
}

async function listen(http: ReturnType<typeof createServer>): Promise<number> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
}

function tellOf(world: LiveWorld): void {
  const { id } = [...world.tickets.values()][0] ?? world.putTicket({ assigneeId: ADA.id });
  world.append('sla.breached', id);
  world.tell();
}

/** What is pushed, one value at a time, as a subscription's source. */
function pushed(pushes: Set<(value: unknown) => void>): AsyncIterableIterator<unknown> {
  const values: unknown[] = [];
  let waiting: ((result: IteratorResult<unknown>) => void) | null = null;
  const push = (value: unknown) => {
    if (waiting) waiting({ done: false, value });
    else values.push(value);
    waiting = null;
  };
  pushes.add(push);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      new Promise((resolve) => {
        if (values.length > 0) resolve({ done: false, value: values.shift() });
        else waiting = resolve;
      }),
    async return() {
      pushes.delete(push);
      waiting?.({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
  };
}

let running: Running | null = null;
let usage = process.cpuUsage();

async function started({ way, text }: { readonly way: Way; readonly text?: string }): Promise<Running> {
  if (way === 'raw') return startRaw(text ?? '');
  const world = await liveWorld();
  world.putTicket({ assigneeId: ADA.id });
  return way === 'ours' ? startOurs(world) : startGraphqlWs(world);
}

answering<ServerRequest, ServerAnswer>(async (request) => {
  if (request.kind === 'start') running = await started(request);
  if (!running) throw new Error('It is not started.');
  switch (request.kind) {
    case 'start':
      return { port: running.port };
    case 'followers':
      return { followers: running.followers() };
    case 'processor': {
      const { user, system } = process.cpuUsage(usage);
      return { processorMs: (user + system) / 1_000 };
    }
    case 'alert': {
      usage = process.cpuUsage();
      const at = monotonic();
      running.alert();
      return { at };
    }
  }
});
