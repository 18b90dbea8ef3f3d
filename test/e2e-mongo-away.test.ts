import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deskCalls } from './support/desk-calls.ts';
import { createTestMongo, mongoMissing, mongoNote, type TestMongo } from './support/mongo.ts';
import { codeOf, eventually, startTestServer, type TestServer } from './support/server.ts';
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.ts';

const REPORTS = '{ reports { weeklyStatus(weeks: 1) { opened backlog } topAgents(limit: 3) { agent resolved } } }';
const PATIENCE_MS = 120_000;

interface Reports {
  readonly reports: { readonly weeklyStatus: readonly { readonly opened: number }[] };
}

describe.skipIf(mongoMissing)(`a server whose MongoDB is away${mongoNote}`, { timeout: PATIENCE_MS }, () => {
  let mongo: TestMongo;
  let proxy: TcpProxy;
  /** Through the proxy, a database of its own for each server. */
  const uriOf = (name: string) => {
    const uri = new URL(mongo.uri);
    uri.port = String(proxy.port);
    uri.pathname += `_${name}`;
    return uri.href;
  };
  beforeAll(async () => {
    mongo = await createTestMongo();
    const direct = new URL(mongo.uri);
    proxy = await startTcpProxy({ host: direct.hostname, port: Number(direct.port || 27_017) });
  });
  afterAll(async () => {
    await proxy?.close();
    await mongo?.drop();
  });

  const opened = async (server: TestServer) =>
    (await server.admin.send<Reports>(REPORTS)).data?.reports.weeklyStatus[0]?.opened ?? null;
  const health = async (server: TestServer) => {
    const response = await server.nobody.get('/health/ready');
    const { status, checks } = (await response.json()) as {
      status: string;
      checks: Record<string, { status: string }>;
    };
    return { http: response.status, status, mongo: checks.mongo?.status };
  };

  it('works on tickets, says of reports that they are UNAVAILABLE and when to ask again, and catches up', async () => {
    await using server = await startTestServer({ env: { MONGO_URI: uriOf('away') } });
    const desk = deskCalls(server);
    const client = await desk.client('VIP');
    await desk.ticket(client);
    expect(await opened(server)).toBe(1);
    expect(await health(server)).toMatchObject({ http: 200, mongo: 'up' });

    await proxy.cut();
    const id = await desk.ticket(client);
    await desk.status(id, 'RESOLVED');
    const answer = await server.admin.send(REPORTS);
    expect(codeOf(answer)).toBe('UNAVAILABLE');
    expect(answer.errors?.[0]?.extensions).toMatchObject({ retryAfterSeconds: 2 });
    expect(await health(server)).toMatchObject({ http: 200, status: 'degraded', mongo: 'down' });

    await proxy.restore();
    expect(
      await eventually(
        () => opened(server),
        (found) => found !== null,
      ),
    ).toBe(2);
    expect(await health(server)).toMatchObject({ http: 200, mongo: 'up' });
  });

  it('says the same when it hangs and answers nobody', async () => {
    await using server = await startTestServer({ env: { MONGO_URI: uriOf('hangs') } });
    const desk = deskCalls(server);
    await desk.ticket(await desk.client('VIP'));
    expect(await opened(server)).toBe(1);
    proxy.freeze();
    expect(codeOf(await server.admin.send(REPORTS))).toBe('UNAVAILABLE');
    proxy.thaw();
    expect(
      await eventually(
        () => opened(server),
        (found) => found !== null,
      ),
    ).toBe(1);
  });

  it('starts all the same, and makes its collections when they are needed', async () => {
    await proxy.cut();
    await using server = await startTestServer({ env: { MONGO_URI: uriOf('late') } });
    const desk = deskCalls(server);
    await desk.ticket(await desk.client('NORMAL'));
    expect(codeOf(await server.admin.send(REPORTS))).toBe('UNAVAILABLE');
    await proxy.restore();
    expect(
      await eventually(
        () => opened(server),
        (found) => found !== null,
      ),
    ).toBe(1);
  });

  it('does not start with what a person has to mend', async () => {
    await expect(startTestServer({ env: { MONGO_URI: 'mongodb://host:port/x' } })).rejects.toThrow(/MONGO_URI/);
  });
});
