import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Benchmark, Outcome, Stage } from '../harness/benchmark.ts';
import { comparison, runsByName } from '../harness/comparison.ts';
import { graphqlRequest, startLoad } from '../harness/load.ts';
import { installedPeers, startPeer } from '../harness/peers.ts';
import { processorTime } from '../harness/processor-time.ts';
import { type Contender, type Figures, interleave, medianOf } from '../harness/rounds.ts';
import { seededDesk } from '../harness/seeded-desk.ts';
import { startBenchServer } from '../harness/server.ts';
import { figure, ratio } from '../harness/statistics.ts';

const TICKETS = 1_000_000;
const FIRST = 50;
const CONNECTIONS = 32;
const ROUND_MS = 6_000;
const WARM_MS = 3_000;
const LIMIT_GOAL = 0.7;
const NAIVE_GOAL = 4;
const LIMIT = 'node:http, a prepared statement, JSON.stringify';
const NAIVE = 'Apollo and type-graphql, a statement per relation';

const QUERY = `query Tickets($first: Int!) {
  tickets(first: $first) {
    nodes {
      id reference title status priority createdAt
      client { id name tier } assignee { id name }
      sla { state dueAt atRiskAt breachedAt remainingSeconds }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface ListFigures extends Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time for a request. */
  readonly server: number;
  readonly postgres: number;
}

/** The list that every dashboard shows, from 32 connections. */
export const list: Benchmark = {
  name: 'list',
  about: `tickets(first: ${FIRST}) with client, assignee and clock over HTTP, ${CONNECTIONS} connections, ${TICKETS.toLocaleString('en-US')} tickets`,
  run: measure,
};

interface Place {
  readonly name: string;
  readonly role: Contender<ListFigures>['role'];
  readonly port: number;
  readonly pid: number;
  readonly token: string | null;
}

async function measure(stage: Stage): Promise<Outcome> {
  const postgres = await stage.seeding(() => seededDesk(stage, 'desk', { tickets: TICKETS }));
  const peers = await stage.seeding(() => installedPeers(stage));
  const server = await startBenchServer(stage, postgres.url, { ROLE: 'api', HOST: '127.0.0.1' });
  const env = { DATABASE_URL: postgres.url };
  const peer = async (name: string, role: Place['role'], script: string): Promise<Place> => ({
    ...{ name, role, token: null },
    ...(await startPeer(stage, script, env)),
  });
  const places: Place[] = [
    {
      ...{ name: 'ours, signed in', role: 'ours', pid: server.pid, token: server.admin.token },
      port: Number(new URL(server.process.origin).port),
    },
    await peer(LIMIT, 'limit', join(import.meta.dirname, 'limit.mjs')),
    await peer(NAIVE, 'peer', join(peers, 'naive.mjs')),
    await peer('Mercurius with loaders and jit', 'peer', join(peers, 'mercurius.mjs')),
    await peer('GraphQL Yoga with dataloader', 'peer', join(peers, 'yoga.mjs')),
  ];
  await checkSame(places);
  const load = startLoad(stage);
  const round = async ({ port, pid, token }: Place, milliseconds: number): Promise<ListFigures> => {
    const requests = [graphqlRequest(port, { query: QUERY, variables: { first: FIRST } }, token)];
    const used = processorTime({ server: pid, postgres: postgres.pid });
    const { count, perSecond, p50, p99 } = await load({ port, requests, connections: CONNECTIONS, milliseconds });
    const time = used();
    return { perSecond, p50, p99, server: (time.server * 1_000) / count, postgres: (time.postgres * 1_000) / count };
  };
  for (const place of places) await round(place, WARM_MS);
  const measured = await interleave(
    stage,
    places.map((place) => ({ name: place.name, role: place.role, run: () => round(place, ROUND_MS) })),
  );
  const of = (name: string) =>
    medianOf(
      measured.find(({ contender }) => contender.name === name),
      'perSecond',
    );
  const ours = medianOf(measured[0], 'perSecond');
  const [toLimit, toNaive] = [ours / of(LIMIT), ours / of(NAIVE)];
  const best = Math.max(
    ...measured.filter(({ contender }) => contender.role === 'peer').map((each) => medianOf(each, 'perSecond')),
  );
  return {
    tables: [comparison('requests', measured, METRICS, 'perSecond')],
    goals: [
      {
        what: 'requests a second, of those of the limit',
        wanted: `at least ${LIMIT_GOAL * 100} %`,
        measured: `${figure(toLimit * 100, 0)} %`,
        met: toLimit >= LIMIT_GOAL,
      },
      {
        what: 'requests a second, against a statement per relation',
        wanted: `at least ${NAIVE_GOAL}x`,
        measured: ratio(ours, of(NAIVE)),
        met: toNaive >= NAIVE_GOAL,
      },
      {
        what: 'requests a second, against the best peer',
        wanted: 'more',
        measured: ratio(ours, best),
        met: ours > best,
      },
    ],
    notes: [
      'Ours looks at the token and the user of each request, counts costs, and logs each request; the others let everybody in and log nothing.',
      'All read the same tables of the same server; each page was compared with that of the limit before.',
      'Client, servers and Postgres share the cores: a second of any of them is missing to the others.',
      PEERS_LEFT_OUT,
    ],
    figures: { rounds: runsByName(measured) },
  };
}

const PEERS_LEFT_OUT =
  Number(process.versions.node.split('.')[0]) < 22
    ? 'PostGraphile 5 wants Node 22 and is left out here.'
    : 'PostGraphile 5 is left out: its tables would need comments of their own to answer the same question.';

const METRICS = [
  { key: 'perSecond', label: 'requests/s', digits: 0 },
  { key: 'p50', label: 'p50, ms' },
  { key: 'p99', label: 'p99, ms' },
  { key: 'server', label: 'server, ms of processor', digits: 2 },
  { key: 'postgres', label: 'Postgres, ms of processor', digits: 2 },
] as const;

interface Page {
  readonly nodes: readonly { readonly sla: { readonly remainingSeconds: number } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All show the same tickets; the seconds that are left go on counting, and each has cursors of its own. */
async function checkSame(places: readonly Place[]): Promise<void> {
  const pages = await Promise.all(places.map(pageOf));
  const [expected] = pages;
  assert.equal(expected?.nodes.length, FIRST);
  for (const [i, page] of pages.entries()) {
    const name = places[i]?.name;
    assert(page.pageInfo.hasNextPage && page.pageInfo.endCursor, name);
    assert.deepEqual(page.nodes.map(withoutSeconds), expected.nodes.map(withoutSeconds), name);
    for (const [j, { sla }] of page.nodes.entries()) {
      const seconds = expected.nodes[j]?.sla.remainingSeconds ?? 0;
      assert(Math.abs(sla.remainingSeconds - seconds) <= 5, `${name}: ${sla.remainingSeconds}, not ${seconds}`);
    }
  }
}

function withoutSeconds<T extends Page['nodes'][number]>(node: T) {
  return { ...node, sla: { ...node.sla, remainingSeconds: 0 } };
}

async function pageOf({ port, token }: Place): Promise<Page> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: QUERY, variables: { first: FIRST } }),
  });
  const { data, errors } = (await response.json()) as { data?: { tickets: Page }; errors?: unknown };
  assert(data && !errors, JSON.stringify(errors));
  return data.tickets;
}
