import assert from 'node:assert/strict';
import type pg from 'pg';
import type { Benchmark, Goal, Outcome, Stage } from '../harness/benchmark.ts';
import { runsByName } from '../harness/comparison.ts';
import { graphqlRequest, type LoadAnswer, type LoadJob, startLoad } from '../harness/load.ts';
import { one } from '../harness/postgres.ts';
import { interleave, type Measured, medianOf } from '../harness/rounds.ts';
import { seededDesk } from '../harness/seeded-desk.ts';
import { type BenchServer, startBenchServer } from '../harness/server.ts';
import { figure, withRange } from '../harness/statistics.ts';

const SIZES = [10_000, 1_000_000] as const;
const FIRST = 10;
const DEEP_PAGE = 1_000;
const ROUND_MS = 2_500;
const GOAL = 1.2;
const MOST_HITS = 100;
const TERMS = 20;

const QUERY = `query Deep($filter: TicketFilter, $after: String) {
  tickets(first: ${FIRST}, filter: $filter, after: $after) {
    nodes { id reference title client { name } assignee { name } sla { state dueAt remainingSeconds } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const KINDS = ['page 1', 'page 1,000 by cursor', 'filtered', 'searched'] as const;
type Kind = (typeof KINDS)[number];
type Variables = Readonly<Record<string, unknown>>;

interface DeepFigures extends Readonly<Record<string, number>> {
  readonly p50: number;
  readonly p99: number;
}

/** Whether a list stays as fast when the desk has a hundred times the tickets. */
export const deep: Benchmark = {
  name: 'deep',
  about: 'page 1, page 1,000, a filter and a search at 10,000 and at 1,000,000 tickets, one request after the other',
  run: measure,
};

interface Place {
  readonly tickets: number;
  readonly port: number;
  readonly server: BenchServer;
  readonly client: pg.Client;
  readonly asked: ReadonlyMap<Kind, readonly Variables[]>;
}

async function measure(stage: Stage): Promise<Outcome> {
  const places: Place[] = [];
  for (const tickets of SIZES) {
    const postgres = await stage.seeding(() => seededDesk(stage, `desk of ${tickets}`, { tickets }));
    const server = await startBenchServer(stage, postgres.url, { ROLE: 'api', HOST: '127.0.0.1' });
    const port = Number(new URL(server.process.origin).port);
    places.push({ tickets, port, server, client: postgres.client, asked: await questions(server, postgres.client) });
  }
  const load = startLoad(stage);
  for (const place of places) for (const kind of KINDS) await ask(load, place, kind, ROUND_MS / 2);
  // Both sizes of a question right after each other: what disturbs the one disturbs the other.
  const measured = await interleave(
    stage,
    KINDS.flatMap((kind) =>
      places.map((place) => ({
        name: keyOf(place, kind),
        role: 'ours' as const,
        run: async (): Promise<DeepFigures> => {
          const { p50, p99 } = await ask(load, place, kind, ROUND_MS);
          return { p50, p99 };
        },
      })),
    ),
  );
  const [few, many] = places as [Place, Place];
  const of = (place: Place, kind: Kind) => measured.find(({ contender }) => contender.name === keyOf(place, kind));
  const growth = (kind: Kind) => medianOf(of(many, kind), 'p50') / medianOf(of(few, kind), 'p50');
  const toFirst = medianOf(of(many, 'page 1,000 by cursor'), 'p50') / medianOf(of(many, 'page 1'), 'p50');
  return {
    tables: [
      {
        title: 'ms from the request to the whole answer, p50 of each round, one request at a time',
        columns: ['', ...places.map(({ tickets }) => `at ${figure(tickets, 0)}`), 'grows', 'p99 at 1M'],
        rows: KINDS.map((kind) => [
          kind,
          ...places.map((place) => shown(of(place, kind), 'p50')),
          `${figure(growth(kind), 2)}x`,
          shown(of(many, kind), 'p99'),
        ]),
      },
    ],
    goals: [
      ...KINDS.map((kind): Goal => atMost(`${kind}: latency at 1M, of that at 10k`, growth(kind))),
      atMost('page 1,000 at 1M, of page 1 at 1M', toFirst),
    ],
    notes: [
      `Pages of ${FIRST}: at 10,000 tickets page 1,000 is the last one. The filter: tickets of one agent in progress with priority 1 or 2. The search: ${TERMS} order numbers, each with 1 to ${MOST_HITS} hits.`,
      'How many statements a page takes is counted by test/e2e-statements.test.ts: two, one of which looks at the session of the caller, whatever its size.',
      'Every page was checked before: its tickets are those that the database gives for the same question.',
    ],
    figures: { rounds: runsByName(measured) },
  };
}

function atMost(what: string, times: number): Goal {
  return { what, wanted: `at most ${GOAL}x`, measured: `${figure(times, 2)}x`, met: times <= GOAL };
}

function shown(measured: Measured<DeepFigures> | undefined, key: keyof DeepFigures & string): string {
  return withRange(
    (measured?.runs ?? []).map((run) => run[key] ?? Number.NaN),
    2,
  );
}

function keyOf({ tickets }: Place, kind: Kind): string {
  return `${kind}, ${figure(tickets, 0)} tickets`;
}

function ask(load: (job: LoadJob) => Promise<LoadAnswer>, place: Place, kind: Kind, milliseconds: number) {
  const { port, server, asked } = place;
  const requests = (asked.get(kind) ?? []).map((variables) =>
    graphqlRequest(port, { query: QUERY, variables }, server.admin.token),
  );
  return load({ port, requests, connections: 1, milliseconds });
}

/** What each kind asks on this desk; checked against what the database says itself. */
async function questions(server: BenchServer, client: pg.Client): Promise<Place['asked']> {
  const ids = async (where: string, values: unknown[], offset = 0) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM tickets WHERE deleted_at IS NULL AND ${where} ORDER BY created_at DESC, id DESC LIMIT ${FIRST} OFFSET ${offset}`,
      values,
    );
    return rows.map(({ id }) => id);
  };
  const check = async (variables: Variables, expected: readonly string[]) => {
    const { tickets } = await server.admin.run<{ tickets: { nodes: { id: string }[] } }>(QUERY, variables);
    assert(expected.length > 0);
    assert.deepEqual(
      tickets.nodes.map(({ id }) => id),
      expected,
      JSON.stringify(variables),
    );
    return variables;
  };
  const before = await server.admin.run<{ tickets: { pageInfo: { endCursor: string } } }>(
    `{ tickets(first: ${FIRST}, page: ${DEEP_PAGE - 1}) { pageInfo { endCursor } } }`,
  );
  const { id: assigneeId } = await one<{ id: string }>(
    client,
    "SELECT id FROM users WHERE role = 'AGENT' ORDER BY email LIMIT 1",
  );
  const { rows } = await client.query<{ term: string }>(
    `SELECT substring(description FROM 'Order \\d+') AS term FROM tickets ORDER BY hashtext(number::text) LIMIT ${TERMS}`,
  );
  const searched: Variables[] = [];
  for (const { term } of rows) {
    const found = await client.query<{ id: string }>('SELECT ticket_id AS id FROM ticket_search WHERE words LIKE $1', [
      `%${term.toLowerCase()}%`,
    ]);
    assert(found.rows.length <= MOST_HITS, term);
    searched.push(
      await check({ filter: { search: term } }, await ids('id = ANY ($1)', [found.rows.map(({ id }) => id)])),
    );
  }
  const filter = { assigneeId, status: ['IN_PROGRESS'], priority: [1, 2] };
  return new Map<Kind, readonly Variables[]>([
    ['page 1', [await check({}, await ids('true', []))]],
    [
      'page 1,000 by cursor',
      [await check({ after: before.tickets.pageInfo.endCursor }, await ids('true', [], FIRST * (DEEP_PAGE - 1)))],
    ],
    [
      'filtered',
      [
        await check(
          { filter },
          await ids("assignee_id = $1 AND status = 'IN_PROGRESS' AND priority <= 2", [assigneeId]),
        ),
      ],
    ],
    ['searched', searched],
  ]);
}
