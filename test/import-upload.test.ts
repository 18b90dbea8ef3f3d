import 'reflect-metadata';
import { connect, type Server } from 'node:net';
import { buildSchema } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphqlContext } from '../src/interfaces/graphql/context.ts';
import { ImportResolver } from '../src/interfaces/graphql/import/import-resolver.ts';
import { createLoaders } from '../src/interfaces/graphql/loaders.ts';
import { registerUploads } from '../src/interfaces/http/upload.ts';
import { startEdge } from './support/edge-server.ts';
import { createImportPipeline, goodRow, type ImportPipeline, workbook } from './support/import-pipeline.ts';

const LIMITS = { maxBytes: 200_000, idleTimeoutMs: 300 };
const MUTATION =
  'mutation ($file: Upload!) { importTickets(file: $file) { id status filename sizeBytes uploadedBy { name } } }';

let pipeline: ImportPipeline;
let edge: Awaited<ReturnType<typeof startEdge>>;
let httpServer: Server;
let port: number;

beforeAll(async () => {
  pipeline = await createImportPipeline({ maxBytes: LIMITS.maxBytes });
  const resolver = new ImportResolver(pipeline, LIMITS);
  const schema = await buildSchema({
    resolvers: [ImportResolver],
    container: { get: () => resolver },
    validate: false,
    pubSub: {
      publish: () => undefined,
      subscribe: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }),
    } as never,
  });
  const user = {
    id: pipeline.admin.id,
    email: 'a@b.c',
    name: 'Ada',
    role: 'ADMIN' as const,
    active: true,
    createdAt: new Date(),
  };
  const reads = {
    tickets: async () => [],
    clients: async () => [],
    openTickets: async () => [],
    escalations: async () => [],
    endedCycles: async () => [],
    policyVersion: () => Promise.reject(new Error('not asked for here')),
    users: async (ids: readonly string[]) => ids.map(() => user),
    now: () => new Date(),
  };
  edge = await startEdge({
    schema,
    settings: { bodyMaxBytes: 10_000 },
    extend: (app) => {
      httpServer = app.server;
      registerUploads(app, LIMITS);
    },
    createContext: (caller) =>
      ({ ...caller, actor: pipeline.admin, loaders: createLoaders(reads) }) as unknown as GraphqlContext,
  });
  port = edge.port;
});
afterAll(async () => {
  await edge.close();
  await pipeline.close();
});

function form(bytes: Buffer, filename = 'tickets.xlsx', query = MUTATION): FormData {
  const data = new FormData();
  data.set('operations', JSON.stringify({ query, variables: { file: null } }));
  data.set('map', JSON.stringify({ 0: ['variables.file'] }));
  data.set('0', new Blob([new Uint8Array(bytes)]), filename);
  return data;
}

async function post(body: FormData, headers: Record<string, string> = { 'apollo-require-preflight': '1' }) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', body, headers });
  return { status: response.status, answer: JSON.parse(await response.text()) };
}

const leftovers = async () => ({
  pieces: (await pipeline.rows('SELECT upload_id FROM upload_chunks')).length,
  processes: (await pipeline.rows('SELECT id FROM import_processes')).length,
});

describe('an upload', () => {
  it('becomes an import under a clean name', async () => {
    const bytes = await workbook([goodRow('A')]);
    const { answer } = await post(form(bytes, '..\\secret\\täg.xlsx'));
    const process = answer.data?.importTickets;
    expect(process).toMatchObject({ filename: 'täg.xlsx', sizeBytes: bytes.length, uploadedBy: { name: 'Ada' } });
    await pipeline.reaches(process.id, 'COMPLETED');
  });

  it('above the limit is refused, and keeps nothing', async () => {
    const before = await leftovers();
    const { answer } = await post(form(Buffer.alloc(3_000_000, 1)));
    expect(answer.errors[0].extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', max: LIMITS.maxBytes });
    expect(await leftovers()).toEqual(before);
  });

  it('without the preflight header is refused by Apollo', async () => {
    const { status, answer } = await post(form(Buffer.alloc(10)), {});
    expect(status).toBe(400);
    expect(answer.errors).toHaveLength(1);
  });

  it('that no resolver reads is answered all the same', async () => {
    const { answer } = await post(
      form(Buffer.alloc(150_000), 'x', 'mutation ($file: Upload!) { nothing(file: $file) }'),
    );
    expect(answer.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('exactly at the limit is taken', async () => {
    const { answer } = await post(form(Buffer.alloc(LIMITS.maxBytes, 2)));
    expect(answer.data.importTickets).toMatchObject({ sizeBytes: LIMITS.maxBytes });
    await pipeline.reaches(answer.data.importTickets.id, 'FAILED');
  });

  it('with a malformed part is refused, and the next one is taken', async () => {
    const { status } = await post(form(Buffer.alloc(10), 'a\u0007.xlsx'));
    expect(status).toBeLessThan(500);
    const { answer } = await post(form(await workbook([goodRow('B')])));
    await pipeline.reaches(answer.data.importTickets.id, 'COMPLETED');
  });

  it('in a malformed request is answered in the form of every other error', async () => {
    const data = new FormData();
    data.set('map', '{}');
    const { status, answer } = await post(data);
    expect(status).toBe(400);
    expect(answer.errors[0].extensions).toMatchObject({ code: 'VALIDATION_FAILED', requestId: expect.anything() });
  });

  it('that stalls is given up, and keeps nothing', async () => {
    const before = await leftovers();
    const answer = await sendPart((socket) => socket.resume());
    expect(answer).toContain('"code":"TIMEOUT"');
    expect(await leftovers()).toEqual(before);
  });

  it('whose client goes away keeps nothing', async () => {
    const before = await leftovers();
    const settled = new Promise<void>((resolve) =>
      httpServer.once('connection', (socket) => socket.once('close', () => resolve())),
    );
    await sendPart((socket) => socket.destroy());
    await settled;
    expect(await leftovers()).toEqual(before);
  });
});

/** Sends the beginning of an upload, does `then`, and resolves with whatever the server answered once the connection ends. */
function sendPart(then: (socket: ReturnType<typeof connect>) => void): Promise<string> {
  const boundary = 'XX';
  const part = (name: string, value: string, extra = '') =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${extra}\r\n\r\n${value}`;
  const body = [
    part('operations', JSON.stringify({ query: MUTATION, variables: { file: null } })),
    part('map', JSON.stringify({ 0: ['variables.file'] })),
    part('0', 'x'.repeat(50_000), '; filename="a.xlsx"'),
  ].join('\r\n');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
      if (answer.includes('requestId')) socket.destroy();
    });
    socket.once('close', () => resolve(answer));
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\napollo-require-preflight: 1\r\ncontent-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: 100000\r\n\r\n${body}`,
      () => then(socket),
    );
  });
}
