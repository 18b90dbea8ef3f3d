import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../../test/smoke/api.ts';
import type { Figures } from '../harness/rounds.ts';
import { largest, quantile } from '../harness/statistics.ts';

const EVERY_MS = 20;
/** As a browser or a balancer keeps them open; what finds none free waits, and that counts. */
const CONNECTIONS = 8;
const LIST = '{ tickets(first: 50) { nodes { id reference title status client { name } } pageInfo { hasNextPage } } }';

/** Milliseconds of requests that come at a steady pace, whether or not the ones before were answered. */
export interface ProbeFigures extends Figures {
  readonly requests: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Some tickets to list. */
export async function seedTickets(api: Api, count: number): Promise<void> {
  const { createClient } = await api.run<{ createClient: { id: string } }>(
    'mutation { createClient(input: { name: "Bench", tier: NORMAL }) { id } }',
  );
  const input = { clientId: createClient.id, title: 'The printer is on fire', description: 'Again.' };
  for (let i = 0; i < count; i += 1) {
    await api.run('mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }', { input });
  }
}

/** Asks for a page of tickets every 20 ms until `work` has ended. */
export async function probe(api: Api, work: Promise<unknown>): Promise<ProbeFigures> {
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const lags: Promise<number>[] = [];
  for (let at = performance.now(); !isOver; at += EVERY_MS) {
    const due = at;
    // From when it was due: a loop that is held up counts as well.
    lags.push(list(api, agent).then(() => performance.now() - due));
    await delay(Math.max(0, at + EVERY_MS - performance.now()));
  }
  await ended;
  const all = await Promise.all(lags);
  agent.destroy();
  return { requests: all.length, p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: largest(all) };
}

/** Resolves once a whole page has arrived. */
function list(api: Api, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...api.authorization() };
    const sent = request(`${api.origin}/graphql`, { method: 'POST', agent, headers }, async (answer) => {
      try {
        let text = '';
        for await (const piece of answer.setEncoding('utf8')) text += piece;
        assert(text.startsWith('{"data":{"tickets":{"nodes":[{"id"'), `Not a page: ${text.slice(0, 200)}`);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ query: LIST }));
  });
}
