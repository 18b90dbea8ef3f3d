import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import WebSocket from 'ws';
import { ABUSES } from './abuses.ts';
import { openSocket } from './edge-server.ts';
import { forgedTokens } from './forged-tokens.ts';
import { PREFLIGHT } from './graphql-requests.ts';
import type { Acts, SoakDesk } from './soak-desk.ts';
import { bearer, codeIn } from './soak-traffic.ts';

export const SECRET = 'a secret of the tests, more than 32 bytes long';
/** How the ids of requests begin that are cut off: whether they leave an entry is not known from outside. */
export const CUT_OFF = 'cut-off-';
const FRAME_BYTES = 131_072;
const JSON_BODY = { 'content-type': 'application/json' };
/** What no document of test/support/abuses.ts may come to is anything else: this schema does not even know its fields. */
const REFUSED = ['LIMIT_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'VALIDATION_FAILED'];
const DOCUMENTS = ABUSES.map(
  ({ query, variables }) => `{"query":${JSON.stringify(query)},"variables":${variables ?? '{}'}}`,
);

/** What must not be let in, each with what it must come to. */
export const ABUSE: Acts = {
  document: [4, document],
  documentOverSocket: [2, documentOverSocket],
  token: [3, forgedToken],
  tokenOverSocket: [2, forgedTokenOverSocket],
  frame: [4, malformedFrame],
  variables: [3, wrongVariables],
  request: [3, malformedRequest],
  upload: [2, uploadCutOff],
  vanish: [1, handshakeCutOff],
};

/** Notes it as expected when it came to `expected`. */
function note({ traffic }: SoakDesk, kind: string, outcome: string, expected: readonly string[]): void {
  traffic.book.note(`abuse: ${kind}`, outcome, expected);
  if (outcome === 'ok') traffic.book.wrong(`${kind} was let in`);
}

async function document(desk: SoakDesk): Promise<void> {
  const body = desk.dice.any(DOCUMENTS);
  const headers = { ...JSON_BODY, ...bearer(desk.anybody().token) };
  const { code } = await desk.traffic.raw({ headers, ...(body ? { body } : {}) });
  note(desk, 'document', code, REFUSED);
}

async function documentOverSocket(desk: SoakDesk): Promise<void> {
  const payload = desk.dice.any(DOCUMENTS) ?? '';
  const socket = await signedIn(desk, desk.anybody().token);
  const frame = `{"id":"1","type":"subscribe","payload":${payload}}`;
  socket.send(frame);
  if (Buffer.byteLength(frame) > FRAME_BYTES) {
    note(desk, 'frame too large', String((await socket.closed).code), ['1009', '1006']);
    return;
  }
  const answer = await socket.next();
  note(desk, 'document over a socket', codeIn(JSON.stringify({ errors: answer.payload })), REFUSED);
  socket.raw.close();
  await socket.closed;
}

const FRESH_MS = 60_000;
let kept: { readonly at: number; readonly desk: SoakDesk; readonly tokens: ReturnType<typeof forgedTokens> } | null =
  null;

/** They cost keys, so they are made once a minute: each must be refused for what is wrong with it, not for its age. */
function forged(desk: SoakDesk): string {
  if (kept?.desk !== desk || Date.now() - kept.at > FRESH_MS) {
    const { id, token, refreshToken } = desk.admin;
    const knows = { secret: SECRET, userId: id, sessionEpoch: 1, accessToken: token, refreshToken };
    const tokens = forgedTokens({ ...knows, keysUrl: 'http://127.0.0.1:9/keys' });
    kept = { at: Date.now(), desk, tokens };
  }
  return desk.dice.any(kept.tokens)?.[1] ?? 'undefined';
}

async function forgedToken(desk: SoakDesk): Promise<void> {
  const asking = { token: forged(desk), refusals: ['UNAUTHENTICATED'] };
  const removal = 'mutation ($id: ID!) { deleteTicket(id: $id) { id } }';
  const data = desk.dice.chance(0.5)
    ? await desk.traffic.ask({ ...asking, kind: 'abuse: forged token', query: '{ me { id } }' })
    : await desk.traffic.ask({
        ...asking,
        kind: 'abuse: mutation by a forged token',
        query: removal,
        variables: { id: desk.anyTicket() },
      });
  if (data) desk.traffic.book.wrong('a forged token was believed');
}

async function forgedTokenOverSocket(desk: SoakDesk): Promise<void> {
  const socket = await signedIn(desk, forged(desk));
  note(desk, 'forged token over a socket', String((await socket.closed).code), ['4403']);
}

async function signedIn({ traffic }: SoakDesk, token: string) {
  const socket = await openSocket(traffic.socketUrl, { authorization: `Bearer ${token}` }, {});
  socket.raw.on('error', () => undefined);
  return socket;
}

const SUBSCRIBE = { id: '1', type: 'subscribe', payload: { query: 'subscription { ticketEvents { id } }' } };
/** What a client must not send, after it has introduced itself unless it says otherwise, and the code that it is closed with. */
const FRAMES: readonly (readonly [kind: string, code: string, frames: readonly (string | Buffer)[], init?: false])[] = [
  ['no JSON', '4400', ['{"type":']],
  ['binary', '4400', [Buffer.from('{"type":"ping"}')]],
  ['unknown message', '4400', ['{"type":"nonsense"}']],
  ['message of servers', '4400', ['{"type":"next","id":"1","payload":{}}']],
  ['no id', '4400', ['{"type":"subscribe","payload":{"query":"{ me { id } }"}}']],
  ['no query', '4400', ['{"type":"subscribe","id":"1","payload":{}}']],
  ['introduced twice', '4429', ['{"type":"connection_init"}']],
  ['an id twice', '4409', [JSON.stringify(SUBSCRIBE), JSON.stringify(SUBSCRIBE)]],
  ['not introduced', '4401', [JSON.stringify(SUBSCRIBE)], false],
  ['frame too large', '1009', [`"${'x'.repeat(FRAME_BYTES)}"`]],
];

async function malformedFrame(desk: SoakDesk): Promise<void> {
  const [kind, code, frames, init] = desk.dice.any(FRAMES) ?? [];
  const token = desk.anybody().token;
  const params = init === false ? null : { authorization: `Bearer ${token}` };
  const socket = await openSocket(desk.traffic.socketUrl, params, {});
  socket.raw.on('error', () => undefined);
  for (const frame of frames ?? []) socket.raw.send(frame);
  note(desk, `frame: ${kind}`, String((await socket.closed).code), [code ?? '']);
}

async function wrongVariables(desk: SoakDesk): Promise<void> {
  const { dice, traffic } = desk;
  const [query, variables] = dice.pick<readonly [string, Record<string, unknown>]>([
    ['query ($first: Int!) { tickets(first: $first) { nodes { id } } }', { first: 'many' }],
    ['query ($first: Int!) { tickets(first: $first) { nodes { id } } }', { first: -1 }],
    ['query ($id: ID!) { ticket(id: $id) { id } }', {}],
    ['query ($after: String) { tickets(after: $after) { nodes { id } } }', { after: 'not a cursor' }],
    ['mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }', { input: { title: 1 } }],
    ['mutation ($input: CreateClientInput!) { createClient(input: $input) { id } }', { input: { name: '\u0000' } }],
    ['mutation ($id: ID!) { deleteTicket(id: $id) { id } }', { id: { $ne: null } }],
    ['mutation ($id: ID!, $b: String!) { addComment(ticketId: $id, body: $b) { id } }', { id: 'x', b: '' }],
  ]);
  const asking = { query, variables, token: desk.admin.token, refusals: ['VALIDATION_FAILED', 'NOT_FOUND'] };
  const data = await traffic.ask({ ...asking, kind: 'abuse: wrong variables' });
  if (data) traffic.book.wrong(`${query} took ${JSON.stringify(variables)}`);
}

async function malformedRequest(desk: SoakDesk): Promise<void> {
  const headers = { ...JSON_BODY, ...bearer(desk.anybody().token) };
  const [kind, status, request] = desk.dice.pick<readonly [string, number, object]>([
    ['no JSON', 400, { headers, body: '{"query":' }],
    ['a batch', 400, { headers, body: '[{"query":"{ me { id } }"},{"query":"{ me { id } }"}]' }],
    ['body too large', 413, { headers, body: `{"query":"{ me { id } }","x":"${'x'.repeat(1_100_000)}"}` }],
    ['a form', 415, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={me{id}}' }],
    ['no such page', 404, { method: 'GET', path: '/../../etc/passwd' }],
    ['no preflight', 400, { method: 'GET', path: '/graphql?query={me{id}}' }],
    ['a token of 64 KB', 431, { method: 'GET', path: '/graphql', headers: bearer('x'.repeat(65_536)) }],
  ]);
  // Who is still sending when the connection is closed may see that before the answer.
  const cut = status === 413 || status === 431 ? ['ECONNRESET', 'EPIPE'] : [];
  const outcome = await desk.traffic.raw(request).then(
    (answered) => String(answered.status),
    (error: NodeJS.ErrnoException) => String(error.code ?? error),
  );
  note(desk, `request: ${kind}`, outcome, [String(status), ...cut]);
}

/** Begins an upload and goes away amid the file. */
async function uploadCutOff(desk: SoakDesk): Promise<void> {
  const query = 'mutation ($file: Upload!) { importTickets(file: $file) { id } }';
  const part = (name: string, value: string, extra = '') =>
    `--x\r\ncontent-disposition: form-data; name="${name}"${extra}\r\n\r\n${value}`;
  const body = [
    part('operations', JSON.stringify({ query, variables: { file: null } })),
    part('map', JSON.stringify({ 0: ['variables.file'] })),
    part('0', 'x'.repeat(desk.dice.within(0, 200_000)), '; filename="a.csv"'),
  ].join('\r\n');
  const requestId = `${CUT_OFF}${randomUUID()}`;
  const lines = {
    ...PREFLIGHT,
    'x-request-id': requestId,
    ...bearer(desk.lead().token),
    'content-type': 'multipart/form-data; boundary=x',
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  await cutOff(desk, `POST /graphql HTTP/1.1\r\nhost: x\r\n${head.join('')}content-length: 900000\r\n\r\n${body}`);
  note(desk, 'upload cut off', 'cut off', ['cut off']);
}

async function cutOff({ traffic }: SoakDesk, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connect(traffic.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.once('close', () => resolve());
    socket.write(text, () => socket.destroy());
  });
}

/** Goes away while it is let in, or speaks another protocol. */
async function handshakeCutOff(desk: SoakDesk): Promise<void> {
  if (desk.dice.chance(0.5)) {
    const socket = new WebSocket(desk.traffic.socketUrl, 'graphql-ws');
    socket.on('error', () => undefined);
    const code = await new Promise<number>((resolve) => socket.once('close', resolve));
    note(desk, 'legacy protocol', String(code), ['4406']);
    return;
  }
  const head = 'GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n';
  const key = 'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  await cutOff(desk, `${head}${key}sec-websocket-protocol: graphql-transport-ws\r\n\r\n`);
  note(desk, 'handshake cut off', 'cut off', ['cut off']);
}
