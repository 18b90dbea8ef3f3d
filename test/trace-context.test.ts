import { describe, expect, it } from 'vitest';
import { tracedQueues, traceOf } from '../src/compose-trace.ts';
import type { NewJob } from '../src/infrastructure/bullmq/job-queues.ts';
import { traceFields } from '../src/interfaces/trace-context.ts';
import { startEdge } from './support/edge-server.ts';
import { historyWorkbook, importCalls, UPLOAD } from './support/import-calls.ts';
import { startTestServer } from './support/server.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const OTHER = `00-${'a'.repeat(32)}-00f067aa0ba902b7-00`;
const traced = { traceId: TRACE, traceparent: TRACEPARENT };

type Line = Record<string, unknown>;
const parsed = (lines: readonly string[]): Line[] => lines.map((line) => JSON.parse(line) as Line);

describe('a traceparent', () => {
  it.each([
    TRACEPARENT,
    `00-${TRACE}-00f067aa0ba902b7-ff`,
    `01-${TRACE}-00f067aa0ba902b7-01`,
    `cc-${TRACE}-00f067aa0ba902b7-01-what-comes-later`,
  ])('of the form %s names its trace', (traceparent) => {
    expect(traceFields(traceparent)).toEqual({ traceId: TRACE, traceparent });
  });

  it.each([
    ['no text', undefined],
    ['something else', ['x']],
    ['empty', ''],
    ['words', 'hello'],
    ['an unknown trace', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['an unknown parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['in capitals', TRACEPARENT.toUpperCase()],
    ['a digit short', `00-${TRACE.slice(1)}-00f067aa0ba902b7-01`],
    ['the version that cannot be', `ff-${TRACE}-00f067aa0ba902b7-01`],
    ['more than version 00 has', `${TRACEPARENT}-more`],
    ['run together with more', `01-${TRACE}-00f067aa0ba902b7-01more`],
    ['sent twice', `${TRACEPARENT}, ${OTHER}`],
    ['two lines', `01-${TRACE}-00f067aa0ba902b7-01-\n{}`],
    ['endless', `01-${TRACE}-00f067aa0ba902b7-01-${'x'.repeat(10_000)}`],
  ])('that is %s is ignored', (_, traceparent) => {
    expect(traceFields(traceparent)).toEqual({});
  });
});

describe('a request with a trace', () => {
  it('has it on each of its lines, whatever became of the request', async () => {
    await using server = await startEdge();
    const headers = { traceparent: TRACEPARENT };
    await server.query('{ hello }', {}, headers);
    await server.query('{ boom }', {}, headers);
    await server.query('{ nonsense', {}, headers);
    await fetch(`${server.url}/nothing`, { headers });
    await server.query('{ boom }', {}, { traceparent: 'made up' });
    await server.query('{ hello }');
    await server.close();
    const lines = parsed(server.lines).filter(({ requestId }) => requestId !== undefined);
    const ofTrace = lines.filter(({ traceId }) => traceId === TRACE);
    expect(ofTrace.filter(({ msg }) => msg === 'request answered')).toHaveLength(4);
    expect(ofTrace.filter(({ level, traceparent }) => level === 'error' && traceparent === TRACEPARENT)).toHaveLength(
      1,
    );
    const without = lines.filter(({ traceparent }) => traceparent === undefined);
    expect(without.filter(({ msg }) => msg === 'request answered')).toHaveLength(2);
    expect(lines.length).toBe(ofTrace.length + without.length);
  });
});

describe('a socket with a trace', () => {
  it.each([
    ['the upgrade request', {}, { traceparent: TRACEPARENT }],
    ['connectionParams', { traceparent: TRACEPARENT }, {}],
    ['connectionParams rather than the upgrade request', { traceparent: TRACEPARENT }, { traceparent: OTHER }],
    [
      'the upgrade request when that of connectionParams is malformed',
      { traceparent: 'x' },
      { traceparent: TRACEPARENT },
    ],
  ])('from %s has it on the lines of its subscriptions and of its end', async (_, params, headers) => {
    await using server = await startEdge();
    const socket = await server.socket({ authorization: 'Bearer good', ...params }, { headers });
    socket.subscribe('1', 'subscription { ticks }');
    for (let type = ''; type !== 'complete'; ) type = (await socket.next()).type;
    socket.subscribe('2', 'subscription { breaks }');
    for (let type = ''; type !== 'error' && type !== 'complete'; ) type = (await socket.next()).type;
    socket.raw.close();
    await socket.closed;
    await expect.poll(() => server.lines.some((line) => line.includes('WebSocket closed'))).toBe(true);
    const lines = parsed(server.lines);
    for (const message of ['subscription ended', 'WebSocket closed'])
      expect(lines.find(({ msg }) => msg === message)).toMatchObject(traced);
    expect(lines.filter(({ level }) => level === 'error').map(({ traceId }) => traceId)).toEqual([TRACE]);
  });
});

describe('a job', () => {
  const recorded = () => {
    const added: NewJob[] = [];
    return {
      added,
      counts: async () => [],
      add: async (_: string, jobs: readonly NewJob[]) => void added.push(...jobs),
    };
  };

  it('takes the trace of whoever adds it along, beside its payload', async () => {
    const queues = recorded();
    const scope = { current: () => ({ requestId: 'r', ...traced }) };
    await tracedQueues(queues, scope).add('imports', [
      { name: 'read', payload: { importId: 'i' }, key: 'read-i' },
      { name: 'move', payload: null },
    ]);
    expect(queues.added).toEqual([
      { name: 'read', payload: { importId: 'i', traceparent: TRACEPARENT }, key: 'read-i' },
      { name: 'move', payload: { traceparent: TRACEPARENT } },
    ]);
    expect(queues.added.map(({ payload }) => traceOf(payload))).toEqual([traced, traced]);
  });

  it('is as it was when there is no trace', async () => {
    const queues = recorded();
    const job = { name: 'read', payload: { importId: 'i' } };
    await tracedQueues(queues, { current: () => ({ requestId: 'r' }) }).add('imports', [job]);
    expect(queues.added).toEqual([job]);
    expect([null, undefined, 'text', [TRACEPARENT], { traceparent: 'x' }].map(traceOf)).toEqual([{}, {}, {}, {}, {}]);
  });

  it('of an import logs with the trace of the upload, and so do the jobs that follow from it', async () => {
    await using server = await startTestServer({ env: { LOG_LEVEL: 'debug', IMPORT_CHUNK_ROWS: '50' } });
    const lead = await server.person('SUPERVISOR');
    const file = { bytes: await historyWorkbook(120, 3), name: 'tickets.xlsx' };
    const preflight = { 'apollo-require-preflight': '1' };
    const { data } = await lead.upload<{ importTickets: { id: string } }>(UPLOAD, file, {
      ...preflight,
      traceparent: TRACEPARENT,
    });
    await importCalls(lead).lastState(String(data?.importTickets.id));
    const done = () => parsed(server.log).filter(({ msg, queue }) => msg === 'job done' && queue !== 'maintenance');
    const ofImport = () => done().filter(({ queue }) => queue === 'imports' || queue === 'import-first-chunks');
    await expect.poll(() => ofImport().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(4);
    for (const line of ofImport()) expect(line).toMatchObject(traced);
    for (const { queue, traceId } of done()) if (queue === 'sla-sweep') expect(traceId).toBeUndefined();
  });

  it('that fails says so with its trace', async () => {
    await using server = await startTestServer({ env: { LOG_LEVEL: 'warn' } });
    const lead = await server.person('SUPERVISOR');
    await server.sql(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$`);
    await server.sql('CREATE TRIGGER broken BEFORE INSERT ON import_chunks FOR EACH ROW EXECUTE FUNCTION broken()');
    const file = { bytes: await historyWorkbook(20, 0), name: 'tickets.xlsx' };
    await lead.upload(UPLOAD, file, { 'apollo-require-preflight': '1', traceparent: TRACEPARENT });
    const failed = () => parsed(server.log).find(({ msg }) => msg === 'job failed');
    await expect.poll(failed, { timeout: 20_000 }).toMatchObject({ queue: 'imports', job: 'read', ...traced });
  });
});
