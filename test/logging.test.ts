import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createLogging } from '../src/infrastructure/observability/logging.ts';
import { plainRequest, startEdge } from './support/edge-server.ts';

const capture = (level = 'info') => {
  const lines: string[] = [];
  return { lines, ...createLogging({ level, pretty: false, destination: { write: (line) => void lines.push(line) } }) };
};

it('never lets a planted secret into a line, wherever it is planted', async () => {
  await using server = await startEdge({ websocket: { operations: 'all' } });
  let planted = 0;
  const secret = (): string => `planted-${++planted}-secret`;
  const jwt = (): string =>
    `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(secret()).toString('base64url')}.${Buffer.from(secret()).toString('base64url')}`;

  const login =
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) boom: touch }';
  await server.query(
    login,
    { email: 'a@b.c', password: secret() },
    { authorization: `Bearer ${jwt()}`, cookie: `session=${secret()}` },
  );
  await server.query(`mutation { login(email: "a@b.c", password: "${secret()}") }`);
  await server.query(`mutation { login(email: "a@b.c", password: "${secret()}" }`);
  await server.query('mutation ($p: Int) { login(email: "x", password: $p) }', { p: secret() });
  await server.query('query ($i: AddInput!) { add(input: $i) boom }', { i: { priority: secret() } });
  await server.query(
    'query ($p: String) { boom hello(name: $p) }',
    { p: secret() },
    { 'x-request-id': 'failing-request' },
  );
  await server.query('{ database }', {}, { authorization: `Basic ${Buffer.from(secret()).toString('base64')}` });
  await fetch(
    `${server.url}/graphql?query=${encodeURIComponent(`{ boom hello(name: "${secret()}") }`)}&token=${secret()}`,
    { headers: { 'apollo-require-preflight': '1' } },
  );
  await fetch(`${server.url}/nothing?access_token=${secret()}`);
  await plainRequest(`${server.url}/metrics`, {
    headers: { 'x-forwarded-for': '1.2.3.4', authorization: `Bearer ${secret()}` },
  });
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"password": ${secret()}`,
  });

  const refused = await server.socket({ authorization: `Bearer ${secret()}`, password: secret() });
  await refused.closed;
  const socket = await server.socket({ authorization: 'Bearer good', other: secret() });
  socket.subscribe('1', login, { email: 'a@b.c', password: secret() });
  socket.subscribe('2', `subscription { breaks hello(name: "${secret()}") }`);
  socket.subscribe('3', 'query ($p: String) { boom hello(name: $p) }', { p: secret() });
  for (let n = 0; n < 5; n++) await socket.next();
  socket.send(`{"type": "${secret()}`);
  await socket.closed;

  const inside = Object.assign(new Error(`Failed query: insert into users\nparams: a@b.c,${secret()}`), {
    query: secret(),
    parameters: [secret()],
  });
  server.logger.error(
    { err: inside, user: { passwordHash: secret(), refreshToken: secret() }, headers: { Authorization: secret() } },
    'planted',
  );
  server.logger.warn(
    { variables: { a: secret() }, connectionParams: { b: secret() } },
    `Bearer ${secret()} at postgres://desk:${secret()}@db/desk`,
  );

  await server.close();
  const everything = server.lines.join('');
  expect(planted).toBeGreaterThan(25);
  expect(server.lines.length).toBeGreaterThan(15);
  for (let n = 1; n <= planted; n++) {
    for (const form of [`planted-${n}-secret`, Buffer.from(`planted-${n}-secret`).toString('base64url')]) {
      expect(server.lines.filter((line) => line.includes(form))).toEqual([]);
    }
  }
  expect(everything).toContain('failing-request');
});

it('writes a JSON object a line, with time, level and message', () => {
  const { logger, lines } = capture();
  logger.info({ ticket: 'TSP-1', at: new Date(0), nested: { list: [1, { password: 'x' }] } }, 'it happened');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    ticket: 'TSP-1',
    at: '1970-01-01T00:00:00.000Z',
    nested: { list: [1, { password: '[redacted]' }] },
    msg: 'it happened',
  });
});

it('puts the fields of the scope on every line, also after awaiting, and keeps scopes apart', async () => {
  const { logger, scope, lines } = capture();
  const work = async (requestId: string): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    logger.info({}, requestId);
  };
  await Promise.all(
    ['a', 'b'].map((requestId) => scope.run({ requestId }, () => scope.run({ job: 1 }, () => work(requestId)))),
  );
  for (const line of lines.map((text) => JSON.parse(text) as Record<string, unknown>))
    expect(line).toMatchObject({ requestId: line.msg, job: 1 });
  expect(lines).toHaveLength(2);
});

it.each([
  ['a sign of a secret at the end of a text', { a: 'bad token:', b: "it's fine" }],
  ['an open quote', { a: "Unexpected token: 'x", b: "property 'y'" }],
  [
    'text that quotes',
    { a: 'password: "hunter2", token=\'hunter2\'', b: '{"refreshToken":"hunter2"}', c: 'postgres://desk:hunter2@db' },
  ],
])('stays JSON with %s', (_, fields) => {
  const { logger, lines } = capture();
  logger.info(fields, fields.a);
  expect(Object.keys(JSON.parse(lines[0] ?? '') as object)).toEqual(['level', 'time', ...Object.keys(fields), 'msg']);
  expect(lines[0]).not.toContain('hunter2');
});

it('describes an error with its causes, and nothing that a driver hangs on it', () => {
  const { logger, lines } = capture();
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(a@b.c)' });
  logger.error({ err: new Error('cannot save', { cause }) }, 'failed');
  const { err } = JSON.parse(lines[0] ?? '') as { err: unknown };
  expect(err).toEqual({
    type: 'Error',
    message: 'cannot save',
    stack: expect.stringContaining('logging.test.ts'),
    cause: { type: 'Error', message: 'duplicate key', code: '23505', stack: expect.any(String) },
  });
});

it('is readable at a terminal', () => {
  const destination = new PassThrough();
  const { logger } = createLogging({ level: 'info', pretty: true, destination });
  logger.info({ port: 3000, password: 'hunter2' }, 'listening');
  const text = String(destination.read());
  expect(text).toContain('listening');
  expect(text).not.toContain('hunter2');
});
