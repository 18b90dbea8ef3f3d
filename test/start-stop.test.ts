import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { ServerPlace } from './support/server-place.ts';
import type { ServerProcess } from './support/server-process.ts';

const place = new ServerPlace();

describe('with nothing configured', () => {
  const dataDir = place.folder();
  const postmaster = join(dataDir, 'postgres', 'data', 'postmaster.pid');
  let token: string;

  test('the first start makes a database, prints the banner once, and is ready', async () => {
    const server = await place.start({ env: { DATA_DIR: dataDir } });
    expect((await fetch(`${server.origin}/health/ready`)).status).toBe(200);
    expect((await fetch(`${server.origin}/graphiql`)).status).toBe(200);
    expect(existsSync(postmaster)).toBe(true);
    token = await signIn(server, 'admin123');
    await graphql(server, token, 'mutation { createClient(input: { name: "Kept" }) { id } }');

    const closed = once(await openSocket(server, token), 'close');
    const end = await server.stop('SIGTERM');
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(end.milliseconds).toBeLessThan(10_000);
    expect((await closed)[0]).toBe(1001);
    expect(readdirSync(dataDir).sort()).toEqual(['jwt-secret', 'postgres']);
    expect(existsSync(postmaster)).toBe(false);

    expect(end.stdout.match(/TechSupport Pro is ready/g)).toHaveLength(1);
    expect(end.stdout).toContain(`GraphQL   ${server.origin}/graphql`);
    expect(end.stdout).toContain(`GraphiQL  ${server.origin}/graphiql`);
    expect(end.stdout).toContain(`Data      ${join(dataDir, 'postgres')}`);
    expect(end.stdout).toContain('Sign in   admin@techsupport.pro / admin123');
  });

  test('the next start finds the data and the secret of the first', async () => {
    const server = await place.start({ env: { DATA_DIR: dataDir } });
    expect(await graphql(server, token, '{ clients { name } }')).toEqual({ clients: [{ name: 'Kept' }] });
    await server.kill();
  });

  test('a start after kill -9 finds them too, and Ctrl-C ends it in order', async () => {
    const server = await place.start({ env: { DATA_DIR: dataDir } });
    expect(await graphql(server, token, '{ clients { name } }')).toEqual({ clients: [{ name: 'Kept' }] });

    const end = await server.stop('SIGINT');
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(end.milliseconds).toBeLessThan(10_000);
    expect(existsSync(postmaster)).toBe(false);
  });
});

describe('with DATABASE_URL', () => {
  test('nothing embedded starts, and a production server shows neither banner nor schema', async () => {
    const dataDir = place.folder();
    const env = {
      NODE_ENV: 'production',
      DATABASE_URL: await place.emptyDatabase(),
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      JWT_SECRET: 'a secret of at least thirty-two bytes',
      ADMIN_PASSWORD: 'correct horse battery',
    };
    const server = await place.start({ env });
    expect((await fetch(`${server.origin}/health/ready`)).status).toBe(200);
    expect((await fetch(`${server.origin}/graphiql`)).status).toBe(404);
    const token = await signIn(server, 'correct horse battery');
    expect(await graphql(server, token, '{ me { email } }')).toEqual({ me: { email: 'admin@techsupport.pro' } });
    await expect(graphql(server, token, '{ __schema { queryType { name } } }')).rejects.toThrow(/introspection/i);

    const end = await server.stop('SIGTERM');
    expect(end).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(readdirSync(dataDir)).toEqual([]);
    const lines = end.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as { msg: string }).filter(({ msg }) => msg === 'ready')).toHaveLength(
      1,
    );
    expect(end.stdout).not.toContain('correct horse battery');
  });
});

async function graphql(server: ServerProcess, token: string | null, query: string): Promise<unknown> {
  const response = await fetch(`${server.origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
  if (answer.errors) throw new Error(answer.errors.map(({ message }) => message).join(' '));
  return answer.data;
}

async function signIn(server: ServerProcess, password: string): Promise<string> {
  const query = `mutation { login(email: "admin@techsupport.pro", password: "${password}") { accessToken } }`;
  const data = (await graphql(server, null, query)) as { login: { accessToken: string } };
  return data.login.accessToken;
}

/** A socket whose sign-in has been acknowledged. */
async function openSocket(server: ServerProcess, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await acknowledged;
  return socket;
}
