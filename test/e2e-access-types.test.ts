import { type GraphQLObjectType, getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { BULK_RULES } from './support/access-bulk-rules.ts';
import { DESK_RULES } from './support/access-desk-rules.ts';
import { TICKET_RULES } from './support/access-ticket-rules.ts';
import { ELSEWHERE, LIVE_STAFF, TYPE_RULES } from './support/access-type-rules.ts';
import { createWorld, outcomeOf, WHO, type World } from './support/access-world.ts';
import type { AnswerError } from './support/graphql-client.ts';
import { codeOf, eventually } from './support/server.ts';

const schema = composeSchema();
const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);
const TYPES = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__') && !ROOTS.has(type.name),
);
const TWO_WEEKS = {
  tier: 'NORMAL',
  resolutionMinutes: 1_440,
  breachAction: 'NOTIFY_SUPERVISOR',
  calendar: { timeZone: 'Europe/Berlin', holidays: [], intervals: [{ weekday: 1, start: '09:00', end: '17:00' }] },
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
  const { ADMIN } = world.people;
  await ADMIN.ask('mutation ($input: SlaPolicyInput!) { setSlaPolicy(input: $input) { version } }', {
    input: TWO_WEEKS,
  });
  const { id } = await ADMIN.ask<{ createTicket: { id: string } }>(
    'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }',
    { input: { clientId: world.clientId, title: 'Solved', description: '', assigneeId: world.people.AGENT.id } },
  ).then(({ createTicket }) => createTicket);
  await ADMIN.ask('mutation ($id: ID!) { changeTicketStatus(id: $id, status: RESOLVED) { id } }', { id });
  await eventually(
    async () => (await ADMIN.ask<{ reports: { topAgents: unknown[] } }>('{ reports { topAgents { agent } } }')).reports,
    ({ topAgents }) => topAgents.length > 0,
  );
});
afterAll(() => world?.[Symbol.asyncDispose]());

/** Every field of the type; of what is no leaf, that it is there. */
function everyField(name: string): string {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type.`);
  const fields = Object.values(type.getFields()).map((field) => {
    const needed = field.args.filter(isRequiredArgument).map((argument) => argument.name);
    expect(needed, `${name}.${field.name} is walked without arguments`).toEqual([]);
    return isLeafType(getNamedType(field.type)) ? field.name : `${field.name} { __typename }`;
  });
  return `__typename ${fields.join(' ')}`;
}

/** The first object of this type anywhere in an answer. */
function firstOf(type: string, value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('__typename' in value && value.__typename === type && Object.keys(value).length > 1) return { ...value };
  for (const inner of Object.values(value)) {
    const found = firstOf(type, inner);
    if (found) return found;
  }
  return undefined;
}

/** Who saw what: "allowed" when every field of an object came without an error. */
function seen(type: string, data: unknown, errors: readonly AnswerError[] | undefined): string {
  const code = errors?.[0]?.extensions?.code;
  if (code) return code;
  const found = firstOf(type, data);
  if (!found) return 'absent';
  const fields = ['__typename', ...Object.keys((schema.getType(type) as GraphQLObjectType).getFields())];
  expect(Object.keys(found).sort()).toEqual(fields.sort());
  return 'allowed';
}

it('every field of every type has a rule, and no rule is about what is gone', () => {
  const inSchema = Object.fromEntries(TYPES.map((type) => [type.name, Object.keys(type.getFields()).sort()]));
  const ruled = Object.entries(TYPE_RULES).map(([name, { fields }]) => [name, fields.trim().split(/\s+/).sort()]);
  expect(Object.fromEntries(ruled)).toEqual(inSchema);
});

describe('over HTTP', () => {
  for (const [type, rule] of Object.entries(TYPE_RULES)) {
    it.each(WHO)(`every field of ${type}: %s`, async (who) => {
      const document = rule.document.replace('FIELDS', everyField(type));
      const variables = (await rule.variables?.(world, who)) ?? {};
      const { data, errors } = await world.callers[who].send(document, variables);
      expect(seen(type, data, errors), JSON.stringify(errors)).toBe(rule.outcomes[who]);
    });
  }
});

describe('over WebSocket', () => {
  for (const [type, { live }] of Object.entries(TYPE_RULES)) {
    if (!live) continue;
    it.each(WHO)(`every field of ${type}: %s`, async (who) => {
      const document = live.document.replace('FIELDS', everyField(type));
      const feed = world.callers[who].subscribe(document, live.variables(world));
      const first = await feed.next().catch(() => undefined);
      const ended = first ? null : await feed.ended;
      if (ended?.kind === 'closed') expect(String(ended.code)).toBe(live.outcomes[who]);
      else expect(seen(type, first, ended?.kind === 'errors' ? ended.errors : [])).toBe(live.outcomes[who]);
      await feed.stop();
    });
  }

  it('every subscription is walked here', () => {
    const types = Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map(
      ({ type }) => getNamedType(type).name,
    );
    const live = Object.entries(TYPE_RULES).flatMap(([name, rule]) => (rule.live ? [name] : []));
    expect(live.sort()).toEqual(types.sort());
    expect(Object.keys(LIVE_STAFF)).toEqual([...WHO]);
  });

  it.each(WHO)('queries and mutations are refused and do nothing: %s', async (who) => {
    const before = await world.server.sql('SELECT count(*)::int AS events FROM event_log');
    const asked = new Set<string>();
    for (const { field, document, variables, send } of [...DESK_RULES, ...TICKET_RULES, ...BULK_RULES]) {
      // One of each field, as it stands: what it is about does not matter where it is refused.
      if (asked.has(field) || send) continue;
      asked.add(field);
      const feed = world.callers[who].subscribe(document, variables ? NOTHING : {});
      const ended = await feed.ended;
      const how = ended.kind === 'errors' ? codeOf({ status: 200, errors: ended.errors }) : ended;
      expect(typeof how === 'object' && how?.kind === 'closed' ? String(how.code) : how, field).toBe(ELSEWHERE[who]);
    }
    expect(asked.size).toBeGreaterThan(30);
    expect(await world.server.sql('SELECT count(*)::int AS events FROM event_log')).toEqual(before);
  });
});

/** Values for the variables of any rule; those that a document does not know are overlooked. */
const NOTHING = { id: '', to: null, token: '', email: '', password: '', current: '', input: {}, ref: '' };

it('nothing of all this failed for a reason that nobody foresaw', () => {
  expect(world.server.log).toEqual([]);
  expect(outcomeOf({ status: 200, data: { nothing: null } })).toBe('absent');
});
