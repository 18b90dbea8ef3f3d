import { getNamedType, isInputObjectType, isLeafType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeSchema } from '../src/compose-schema.ts';
import { HIDDEN_ARGUMENTS, SHOWN_ARGUMENTS } from '../src/interfaces/graphql/trail/tried-arguments.ts';
import { BULK_RULES } from './support/access-bulk-rules.ts';
import { DESK_RULES } from './support/access-desk-rules.ts';
import type { Rule } from './support/access-rules.ts';
import { TICKET_RULES } from './support/access-ticket-rules.ts';
import { createWorld, outcomeOf, type World } from './support/access-world.ts';
import type { GraphqlCaller } from './support/graphql-client.ts';
import { codeOf, PASSWORD, type Person } from './support/server.ts';
import { entriesOf, isWithItsChange, keepImportWriters } from './support/trail-rows.ts';

const MUTATIONS = Object.values(composeSchema().getMutationType()?.getFields() ?? {});
const RULES = [...DESK_RULES, ...TICKET_RULES, ...BULK_RULES];

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await keepImportWriters(world.server);
});
afterAll(() => world[Symbol.asyncDispose]());

/** A rule of the mutation that lets an ADMIN change something. */
function ruleOf(name: string): Rule {
  const ruled = RULES.filter((rule) => rule.field === `Mutation.${name}`);
  const rule = ruled.find(({ outcomes }) => outcomes.ADMIN === 'allowed') ?? ruled[0];
  if (!rule) throw new Error(`There is no rule for ${name}.`);
  return rule;
}

/** What has to be there first, or is sent instead, for the mutation to change something. */
const PREPARED: Readonly<Record<string, (world: World) => Promise<Record<string, unknown>>>> = {
  bulkAssignTickets: async ({ ticket, people }) => ({ id: await ticket(), to: people.ADMIN.id }),
  cancelImport: async ({ server, importId }) => {
    await server.sql(`UPDATE import_processes SET status = 'RUNNING', finished_at = NULL WHERE id = $1`, [importId]);
    return { id: importId };
  },
  resumeImport: async ({ server, importId }) => {
    await server.sql(`UPDATE import_processes SET status = 'CANCELLED', finished_at = now() WHERE id = $1`, [importId]);
    return { id: importId };
  },
};
/** Whose subject is nothing with an id. */
const WITHOUT_SUBJECT = new Set(['setSlaPolicy']);
/** What deletes rows leaves none to compare with. */
const LEAVES_NO_ROW = new Set(['discardDeadLetters']);
/** What signs in is done by whoever signs in. */
const SIGNS_IN = new Set(['login', 'refresh', 'logout']);

describe.each(MUTATIONS.map(({ name }) => name))('%s', (name) => {
  const send = async (caller: GraphqlCaller, who: 'ADMIN' | 'BAD TOKEN') => {
    const rule = ruleOf(name);
    const variables = (await (PREPARED[name]?.(world) ?? rule.variables?.(world, who))) ?? {};
    return entriesOf(world.server, () => rule.send?.(world, caller, who) ?? caller.send(rule.document, variables));
  };

  it('leaves one entry, in the transaction of its change', async () => {
    const admin: Person = ruleOf(name).once ? await world.server.person('ADMIN') : world.people.ADMIN;
    const { result, entries } = await send(admin, 'ADMIN');
    expect(outcomeOf(result)).toBe('allowed');
    expect(entries).toEqual([expect.objectContaining({ action: name, ip: '127.0.0.1', succeeded: true })]);
    const [entry] = entries;
    if (!entry) throw new Error('There is no entry.');
    expect(entry.actor_id).toBe(SIGNS_IN.has(name) ? world.people.AGENT.id : admin.id);
    expect(entry.subject_id === null).toBe(WITHOUT_SUBJECT.has(name));
    expect(entry.before ?? entry.after).not.toBeNull();
    if (!LEAVES_NO_ROW.has(name)) expect(await isWithItsChange(world.server, entry)).toBe(true);
  });

  it('leaves one entry when it is refused', async () => {
    // These three are open to everybody; what they refuse is looked at below.
    if (SIGNS_IN.has(name)) return;
    const { result, entries } = await send(world.callers['BAD TOKEN'], 'BAD TOKEN');
    expect(outcomeOf(result)).toBe('UNAUTHENTICATED');
    expect(entries).toEqual([
      expect.objectContaining({ action: name, actor_id: null, before: null, succeeded: false }),
    ]);
    expect(JSON.parse(entries[0]?.after ?? '')).toMatchObject({ errorCode: 'UNAUTHENTICATED' });
  });

  it('leaves one entry when its variables are wrong', async () => {
    const { document } = ruleOf(name);
    const { result, entries } = await entriesOf(world.server, () =>
      world.people.ADMIN.send(document.includes('$') ? document : withVariable(document), {}),
    );
    expect(codeOf(result)).toBe('VALIDATION_FAILED');
    expect(entries).toEqual([
      expect.objectContaining({ action: name, actor_id: world.people.ADMIN.id, before: null, succeeded: false }),
    ]);
    expect(JSON.parse(entries[0]?.after ?? '')).toEqual({ errorCode: 'VALIDATION_FAILED' });
  });
});

/** The same document with a variable that it needs and nobody gives. */
function withVariable(document: string): string {
  const named = document.replace(/^mutation/, 'mutation ($needed: Boolean!)');
  return named.replace(/\}\s*$/, '__typename @include(if: $needed) }');
}

describe('sign-ins', () => {
  const login = (email: string, password: string) =>
    entriesOf(world.server, () =>
      world.callers.NOBODY.send(
        'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
        { email, password },
      ),
    );
  const refresh = (token: string) =>
    entriesOf(world.server, () =>
      world.callers.NOBODY.send<{ refresh: { refreshToken: string } }>(
        'mutation ($token: String!) { refresh(refreshToken: $token) { refreshToken } }',
        {
          token,
        },
      ),
    );
  const nobody = { actor_id: null, succeeded: false, before: null, ip: '127.0.0.1' };

  it('with a wrong password name the account, and nobody as the actor', async () => {
    const { id, email } = world.people.AGENT;
    const { entries } = await login(email, 'not the password');
    expect(entries).toEqual([expect.objectContaining({ ...nobody, action: 'login', subject_id: id })]);
    expect(JSON.parse(entries[0]?.after ?? '')).toEqual({ errorCode: 'UNAUTHENTICATED', email });
  });

  it('of nobody that we know tell the address that was tried', async () => {
    const { entries } = await login('who@example.com', PASSWORD);
    expect(entries).toEqual([expect.objectContaining({ ...nobody, action: 'login', subject_id: null })]);
    expect(JSON.parse(entries[0]?.after ?? '')).toEqual({ errorCode: 'UNAUTHENTICATED', email: 'who@example.com' });
  });

  it('do not tell what was typed in place of the address: it may be the password', async () => {
    const { entries } = await login(PASSWORD, PASSWORD);
    expect(entries.map(({ after }) => JSON.parse(after ?? ''))).toEqual([{ errorCode: 'UNAUTHENTICATED' }]);
  });

  it('that go on tell which session, and a replay which one it ended, in one entry with its end', async () => {
    const { refreshToken, id } = await world.server.signIn(world.people.AGENT.email);
    const first = await refresh(refreshToken);
    expect(first.entries).toEqual([
      expect.objectContaining({ action: 'refresh', actor_id: id, subject_id: id, succeeded: true }),
    ]);
    const { sessionId } = JSON.parse(first.entries[0]?.after ?? '');
    await refresh(first.result.data?.refresh.refreshToken ?? '');
    const replay = await refresh(refreshToken);
    expect(codeOf(replay.result)).toBe('UNAUTHENTICATED');
    expect(replay.entries).toEqual([expect.objectContaining({ ...nobody, action: 'refresh', subject_id: id })]);
    expect(JSON.parse(replay.entries[0]?.after ?? '')).toMatchObject({ sessionId, replayed: true, ended: true });
    if (replay.entries[0]) expect(await isWithItsChange(world.server, replay.entries[0])).toBe(true);
  });

  it('with a token that is none of ours leave one entry each', async () => {
    expect((await refresh('nothing')).entries).toEqual([expect.objectContaining({ ...nobody, action: 'refresh' })]);
    const { entries } = await entriesOf(world.server, () =>
      world.callers.NOBODY.send('mutation { logout(refreshToken: "nothing") }'),
    );
    expect(entries).toEqual([
      expect.objectContaining({ action: 'logout', actor_id: null, succeeded: true, after: null }),
    ]);
  });
});

describe('an operation with several mutations', () => {
  const send = (document: string, variables: Record<string, unknown> = {}) =>
    entriesOf(world.server, () => world.people.ADMIN.send(document, variables));
  const actions = ({ entries }: Awaited<ReturnType<typeof send>>) =>
    entries.map(({ action, succeeded }) => `${action} ${succeeded}`);

  it('leaves one entry of each that was begun', async () => {
    const left = await send(
      `mutation ($id: ID!, $none: ID!) {
      one: addComment(ticketId: $id, body: "1") { id }
      ...Two
      three: deleteTicket(id: $none) { id }
      four: addComment(ticketId: $id, body: "4") { id }
    } fragment Two on Mutation { two: changeTicketStatus(id: $id, status: PENDING) { id } }`,
      { id: await world.ticket(), none: world.clientId },
    );
    expect(actions(left)).toEqual(['addComment true', 'changeTicketStatus true', 'deleteTicket false']);
    expect(left.entries[2]).toMatchObject({ subject_id: world.clientId });
    expect(new Set(left.entries.map(({ request_id }) => request_id)).size).toBe(1);
  });

  it('leaves one entry for its first field when it is refused as a whole', async () => {
    const left = await send(
      'mutation ($id: ID!) { ...Both } fragment Both on Mutation { a: restoreTicket(id: $id) { id } b: deleteTicket(id: $id) { id } }',
    );
    expect(actions(left)).toEqual(['restoreTicket false']);
  });

  it('leaves one entry for each ticket of a bulk mutation, and none for the whole', async () => {
    const ids = [await world.ticket(), world.gone.id, 'no id', await world.ticket()];
    const { entries } = await send(
      'mutation ($ids: [ID!]!) { bulkChangeTicketStatus(ids: $ids, status: PENDING) { errorCode } }',
      { ids: [...ids, ids[0]] },
    );
    const left = new Map(entries.map((entry) => [entry.subject_id, entry]));
    expect(entries).toHaveLength(4);
    expect(ids.map((id) => left.get(id)?.succeeded)).toEqual([true, false, undefined, true]);
    expect(JSON.parse(left.get(null)?.after ?? '')).toEqual({ errorCode: 'VALIDATION_FAILED', id: 'no id' });
    expect(left.get(String(ids[0]))).toMatchObject({ before: '{"status":"OPEN"}', after: '{"status":"PENDING"}' });
  });

  it('leaves one entry for a bulk mutation that is refused as a whole', async () => {
    const left = await send('mutation { bulkAssignTickets(ids: []) { errorCode } }');
    expect(actions(left)).toEqual(['bulkAssignTickets false']);
  });

  it('that changes nothing leaves an entry without before and after', async () => {
    const id = await world.ticket();
    const input = {
      id: world.clientId.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')),
      clientId: world.clientId,
      title: 'T',
      description: '',
    };
    const create = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { id } }';
    expect((await send(create, { input })).entries).toEqual([
      expect.objectContaining({ succeeded: true, subject_id: input.id }),
    ]);
    const nothing = expect.objectContaining({ succeeded: true, before: null, after: null });
    const again = await send(create, { input });
    expect(again.entries).toEqual([nothing]);
    expect(again.entries[0]?.subject_id).toBe(input.id);
    expect((await send('mutation ($id: ID!) { assignTicket(id: $id) { id } }', { id })).entries).toEqual([nothing]);
  });

  it('leaves none when it is no mutation of this schema', async () => {
    expect((await send('mutation { dropEverything }')).entries).toEqual([]);
    expect((await send('{ me { id } }')).entries).toEqual([]);
  });
});

it('an ADMIN reads who did what, from where, before and after, and finds an entry again by its id', async () => {
  const [id, { AGENT, ADMIN }] = [await world.ticket(), world.people];
  await AGENT.ask('mutation ($id: ID!) { changeTicketStatus(id: $id, status: IN_PROGRESS) { id } }', { id });
  const fields = '__typename id actor { id } action subjectId ip succeeded before after occurredAt';
  const { auditLog } = await ADMIN.ask<{ auditLog: { nodes: { id: string }[]; totalCount: number } }>(
    `query ($id: ID!, $actor: ID!) {
      auditLog(subjectId: $id, actorId: $actor, action: "changeTicketStatus", from: "2026-01-01T00:00:00Z") {
        nodes { ${fields} } totalCount pageInfo { hasNextPage } } }`,
    { id, actor: AGENT.id },
  );
  const entry = {
    __typename: 'AuditEntry',
    id: expect.any(String),
    actor: { id: AGENT.id },
    action: 'changeTicketStatus',
    subjectId: id,
    ip: '127.0.0.1',
    succeeded: true,
    before: '{"status":"OPEN"}',
    after: '{"status":"IN_PROGRESS"}',
    occurredAt: expect.any(String),
  };
  expect(auditLog).toEqual({ nodes: [entry], totalCount: 1, pageInfo: { hasNextPage: false } });
  const again = `query ($id: ID!) { node(id: $id) { ... on AuditEntry { ${fields} } } }`;
  expect(await ADMIN.ask(again, { id: auditLog.nodes[0]?.id })).toEqual({ node: auditLog.nodes[0] });
});

it('nothing secret is in any entry', async () => {
  const secrets = [
    PASSWORD,
    'another good one',
    'refreshToken',
    ...Object.values(world.people).map((each) => each.refreshToken),
  ];
  for (const secret of secrets) {
    const rows = await world.server.sql(`SELECT * FROM audit_log WHERE concat(before, after) LIKE '%' || $1 || '%'`, [
      secret,
    ]);
    expect(rows, secret).toEqual([]);
  }
});

it('for each argument of each mutation it is settled whether the trail shows it', () => {
  const names = new Set<string>();
  const known = new Set<unknown>();
  const collect = (args: readonly { readonly name: string; readonly type: unknown }[]): void => {
    for (const { name, type } of args) {
      names.add(name);
      const named = getNamedType(type as Parameters<typeof getNamedType>[0]);
      if (known.has(named)) continue;
      known.add(named);
      if (isInputObjectType(named)) collect(Object.values(named.getFields()));
      else expect(isLeafType(named)).toBe(true);
    }
  };
  for (const { args } of MUTATIONS) collect(args);
  expect([...SHOWN_ARGUMENTS, ...HIDDEN_ARGUMENTS].sort()).toEqual([...names].sort());
});
