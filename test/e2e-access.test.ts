import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import type { Role } from '../src/domain/enums.ts';
import { BULK_RULES } from './support/access-bulk-rules.ts';
import { DESK_RULES } from './support/access-desk-rules.ts';
import { type Outcomes, STAFF } from './support/access-rules.ts';
import { TICKET_RULES } from './support/access-ticket-rules.ts';
import { createWorld, outcomeOf, WHO, type World } from './support/access-world.ts';
import type { Variables } from './support/graphql-client.ts';
import type { Feed } from './support/live-feed.ts';
import { codeOf } from './support/server.ts';

/** access.md as requests: every field of the schema, and every rule that looks at its subject. */
const RULES = [...DESK_RULES, ...TICKET_RULES, ...BULK_RULES];

interface LiveRule {
  readonly field: string;
  readonly what: string;
  readonly document: string;
  readonly variables: (world: World) => Variables;
  readonly outcomes: Outcomes;
}

/** Nobody's socket is acknowledged and closed by its first subscription; a bad token closes it at once. */
const LIVE_OUTSIDE = { NOBODY: '4401', 'BAD TOKEN': '4403' };
const LIVE_STAFF: Outcomes = { ...STAFF, ...LIVE_OUTSIDE };

const LIVE_RULES: readonly LiveRule[] = [
  {
    field: 'Subscription.slaAlerts',
    what: 'of a ticket that the agent holds',
    document: 'subscription ($after: String!) { slaAlerts(after: $after) { id } }',
    variables: ({ firstCursor }) => ({ after: firstCursor }),
    outcomes: LIVE_STAFF,
  },
  {
    field: 'Subscription.ticketEvents',
    what: 'of all tickets',
    document: 'subscription ($after: String!) { ticketEvents(after: $after) { id } }',
    variables: ({ firstCursor }) => ({ after: firstCursor }),
    outcomes: LIVE_STAFF,
  },
  {
    field: 'Subscription.ticketEvents',
    what: 'of a deleted ticket',
    document: 'subscription ($after: String!, $id: ID!) { ticketEvents(after: $after, ticketId: $id) { id } }',
    variables: ({ firstCursor, gone }) => ({ after: firstCursor, id: gone.id }),
    outcomes: { ...LIVE_STAFF, AGENT: 'NOT_FOUND' },
  },
  {
    field: 'Subscription.importProgress',
    what: 'of an import',
    document: 'subscription ($id: ID!) { importProgress(id: $id) { id } }',
    variables: ({ importId }) => ({ id: importId }),
    outcomes: { ...LIVE_STAFF, AGENT: 'FORBIDDEN' },
  },
];

let world: World;
beforeAll(async () => {
  world = await createWorld({ WS_OPERATIONS: 'all' });
});
afterAll(() => world[Symbol.asyncDispose]());

describe('over HTTP', () => {
  for (const rule of RULES) {
    it.each(WHO)(`${rule.field}, ${rule.what}: %s`, async (who) => {
      const caller = rule.once && who in world.people ? await world.server.person(who as Role) : world.callers[who];
      const variables = (await rule.variables?.(world, who)) ?? {};
      const answer = await (rule.send?.(world, caller, who) ?? caller.send(rule.document, variables));
      expect(outcomeOf(answer)).toBe(rule.outcomes[who]);
      expect(answer.status).toBe(200);
    });
  }

  it.each(['/health', '/health/ready', '/health/metrics', '/metrics'])('GET %s is open to everyone', async (path) => {
    for (const who of WHO) expect((await world.callers[who].get(path)).status).toBe(200);
  });
});

/** How an operation over WebSocket ended: the code of its error or of the close; null: it completed. */
async function endingOf(feed: Feed<unknown>): Promise<string | null> {
  const how = await feed.ended;
  if (how.kind === 'closed') return String(how.code);
  return how.kind === 'errors' ? codeOf({ status: 200, errors: how.errors }) : null;
}

describe('over WebSocket', () => {
  for (const rule of RULES) {
    // A file goes over HTTP alone.
    if (rule.send) continue;
    it.each(WHO)(`${rule.field}, ${rule.what}: %s`, async (who) => {
      const caller = rule.once && who in world.people ? await world.server.person(who as Role) : world.callers[who];
      const variables = (await rule.variables?.(world, who)) ?? {};
      const feed = caller.subscribe(rule.document, variables);
      const data = await feed.next().catch(() => null);
      const outcome = data ? outcomeOf({ status: 200, data }) : await endingOf(feed);
      expect(outcome).toBe(who === 'BAD TOKEN' ? '4403' : rule.outcomes[who]);
      await feed.stop();
    });
  }

  for (const rule of LIVE_RULES) {
    it.each(WHO)(`${rule.field}, ${rule.what}: %s`, async (who) => {
      const feed = world.callers[who].subscribe(rule.document, rule.variables(world));
      const first = feed.next().then(
        () => 'allowed',
        () => null,
      );
      expect((await first) ?? (await endingOf(feed))).toBe(rule.outcomes[who]);
      await feed.stop();
    });
  }
});

it('every field of the schema that can be asked for has a rule here', () => {
  const schema = composeSchema();
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}).map((name) => `${root?.name}.${name}`));
  const ruled = new Set([...RULES, ...LIVE_RULES].map(({ field }) => field));
  expect([...ruled].sort()).toEqual(fields.sort());
});

it('nothing of all this failed for a reason that nobody foresaw', () => {
  expect(world.server.log).toEqual([]);
});
