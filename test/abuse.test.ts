import { afterAll, beforeAll, expect, it } from 'vitest';
import { ABUSES, type Abuse } from './support/abuses.ts';
import { type Answer, type AnswerError, startEdge } from './support/edge-server.ts';
import { rounds } from './support/soak.ts';

/** What a refusal may cost, client and server in one process, in milliseconds; the machine of `npm test` may be busy with others. */
const CPU_MS = rounds(2_000, 200);
const FRAME_BYTES = 128 * 1024;
/** graphql-js stops after 100, and says so. */
const MOST_ERRORS = 101;

let server: Awaited<ReturnType<typeof startEdge>>;
beforeAll(async () => {
  server = await startEdge({ websocket: { operations: 'all' } });
  // What is measured below is not the first use of the code.
  for (const abuse of ABUSES.slice(1, 20)) await overHttp(abuse);
});
afterAll(() => server.close());

const payloadOf = ({ query, variables = '{}' }: Abuse): string =>
  `{"query":${JSON.stringify(query)},"variables":${variables}}`;
const frameOf = (abuse: Abuse): string => `{"id":"1","type":"subscribe","payload":${payloadOf(abuse)}}`;

async function overHttp(abuse: Abuse): Promise<readonly AnswerError[]> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: payloadOf(abuse),
  });
  return ((await response.json()) as Answer).errors ?? [];
}

/** The errors over a socket of its own; the code of its close when it was ended. */
async function overSocket(abuse: Abuse): Promise<readonly AnswerError[] | number> {
  const socket = await server.socket();
  socket.send(frameOf(abuse));
  const message = await Promise.race([socket.next(), socket.closed.then(({ code }) => code)]);
  socket.raw.terminate();
  if (typeof message === 'number') return message;
  return message.type === 'error' ? (message.payload as AnswerError[]) : ((message.payload as Answer).errors ?? []);
}

/** What `work` comes to, and the CPU time of this process meanwhile, in milliseconds. */
async function measured<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1_000 };
}

function expectRefusal(errors: readonly AnswerError[], { refused }: Abuse): void {
  expect(errors.length).toBeLessThanOrEqual(MOST_ERRORS);
  expect(JSON.stringify(errors).length).toBeLessThan(300_000);
  expect(errors[0]?.extensions.code).toBe(refused?.code);
  if (!refused?.limit) return;
  const { limit, max, actual, atLeast }: Record<string, unknown> = errors[0]?.extensions ?? {};
  expect(limit).toBe(refused.limit);
  expect(actual).toBeGreaterThan(Number(max));
  expect(errors[0]?.message).toMatch(
    new RegExp(`"${limit}" is ${max}, and .* has ${atLeast ? 'at least ' : ''}${actual}\\. \\w.*\\.$`),
  );
}

const table: string[] = [];
afterAll(() => {
  if (process.env.SOAK === '1') console.info(['CPU in ms: HTTP, WebSocket', ...table].join('\n'));
});

it.each(ABUSES)('$name: cheap, and the same over both transports', async (abuse) => {
  const http = await measured(() => overHttp(abuse));
  const socket = await measured(() => overSocket(abuse));
  table.push(`${Math.round(http.ms)} ${Math.round(socket.ms)} ${abuse.name}`);
  expectRefusal(http.result, abuse);
  if (Buffer.byteLength(frameOf(abuse)) > FRAME_BYTES) expect(socket.result).toBe(1009);
  else expectRefusal(socket.result as readonly AnswerError[], abuse);
  expect(http.ms).toBeLessThan(CPU_MS);
  expect(socket.ms).toBeLessThan(CPU_MS);
});

it('a body and a frame of 50 MB are refused before they are taken', async () => {
  const query = `{ hello }${' '.repeat(50_000_000)}`;
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(response.status).toBe(413);
  const [error] = ((await response.json()) as Answer).errors ?? [];
  expect(error?.extensions).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', limit: 'body', max: 1_000_000 });
  expect(error?.extensions.actual).toBeGreaterThan(50_000_000);
  expect(await overSocket({ name: '50 MB', query, refused: null })).toBe(1009);
});

it('answers others while all of it comes at once', async () => {
  let abused = 0;
  const abuses = ABUSES.flatMap((abuse) => [
    overHttp(abuse).then(() => abused++),
    overSocket(abuse).then(() => abused++),
  ]);
  const neighbour = await server.socket();
  let before = 0;
  for (let n = 0; n < 20; n++) {
    expect((await server.query('{ hello(name: "you") }')).data).toEqual({ hello: 'hello you' });
    neighbour.subscribe(String(n), '{ hello }');
    expect(await neighbour.next()).toMatchObject({ id: String(n), type: 'next' });
    expect(await neighbour.next()).toMatchObject({ id: String(n), type: 'complete' });
    if (n === 0) before = abused;
  }
  // Not once all of it was over.
  expect(before).toBeLessThan(abuses.length);
  await Promise.all(abuses);
});

it('nothing of it is taken for a failure of the server', () => {
  expect(server.lines.filter((line) => line.includes('nobody foresaw'))).toEqual([]);
});
