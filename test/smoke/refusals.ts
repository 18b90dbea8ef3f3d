import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Api } from './api.ts';
import type { Steps } from './steps.ts';

const IMPORT = 'mutation ($file: Upload!) { importTickets(file: $file) { id } }';

/** Bad input of every kind gets the code that is documented for it. */
export async function checkRefusals(steps: Steps, admin: Api): Promise<void> {
  const nobody = new Api(admin.origin);
  await steps.step('who is not signed in, or wrongly, is UNAUTHENTICATED', async () => {
    assert.equal((await nobody.refusal('{ tickets { totalCount } }')).code, 'UNAUTHENTICATED');
    assert.equal((await new Api(admin.origin, 'forged').refusal('{ me { id } }')).code, 'UNAUTHENTICATED');
    const login = 'mutation { login(email: "admin@techsupport.pro", password: "wrong-password") { accessToken } }';
    assert.equal((await nobody.refusal(login)).code, 'UNAUTHENTICATED');
  });
  await steps.step('an agent may not do what only an admin may: FORBIDDEN', async () => {
    await admin.run(
      'mutation { registerUser(input: { email: "agent@example.com", password: "long enough", name: "Ágnes" }) { id } }',
    );
    const agent = await nobody.as('agent@example.com', 'long enough');
    assert.equal((await agent.refusal('{ queueStats { name } }')).code, 'FORBIDDEN');
    assert.deepEqual(await agent.run('{ me { role name } }'), { me: { role: 'AGENT', name: 'Ágnes' } });
  });
  await steps.step('invalid input names every field at once: VALIDATION_FAILED', async () => {
    const mutation = `mutation ($id: ID!) { createTicket(input: { clientId: $id, title: " ", description: "x", priority: 9 }) { id } }`;
    const { code, extensions, status } = await admin.refusal(mutation, { id: randomUUID() });
    const paths = (extensions.fields as { path: string }[]).map(({ path }) => path);
    assert.deepEqual(
      [code, status, paths.sort()],
      ['VALIDATION_FAILED', 200, ['input.clientId', 'input.priority', 'input.title']],
    );
    assert.equal((await admin.refusal('{ tickets(first: 101) { totalCount } }')).code, 'VALIDATION_FAILED');
    assert.equal((await admin.refusal('{ tickets(after: "made-up") { totalCount } }')).code, 'VALIDATION_FAILED');
  });
  await steps.step('a calendar that cannot be is told what is wrong with it, and where', async () => {
    const mutation = `mutation ($calendar: BusinessCalendarInput) { setSlaPolicy(input: {
      tier: VIP, resolutionMinutes: 60, breachAction: ESCALATE, calendar: $calendar }) { version } }`;
    const intervals = [
      { weekday: 1, start: '09:00', end: '17:00' },
      { weekday: 1, start: '12:00', end: '00:00' },
      { weekday: 8, start: '9:00', end: '24:00' },
    ];
    const calendar = { timeZone: 'Europe/Atlantis', intervals, holidays: ['2026-12-25', '2026-02-30'] };
    const { code, extensions } = await admin.refusal(mutation, { calendar });
    const fields = extensions.fields as { path: string; message: string }[];
    const paths = ['timeZone', 'intervals[1].end', 'intervals[2].weekday', 'intervals[2].start', 'holidays[1]'];
    assert.deepEqual(
      [code, fields.map(({ path }) => path)],
      ['VALIDATION_FAILED', paths.map((path) => `input.calendar.${path}`)],
    );
    for (const { message } of fields) assert.match(message, /^.{15,}\.$/);
    const empty = await admin.refusal(mutation, { calendar: { timeZone: 'UTC', intervals: [], holidays: [] } });
    assert.match(empty.message, /^There is no working time; /);
  });
  await steps.step('what is not there is null in a query and NOT_FOUND in a mutation', async () => {
    assert.deepEqual(await admin.run('query ($id: ID!) { ticket(id: $id) { id } }', { id: randomUUID() }), {
      ticket: null,
    });
    const mutation = 'mutation ($id: ID!) { deleteTicket(id: $id) { id } }';
    assert.equal((await admin.refusal(mutation, { id: randomUUID() })).code, 'NOT_FOUND');
  });
  await steps.step(
    'a step that the table does not have is ILLEGAL_TRANSITION, an outdated version CONFLICT',
    async () => {
      const { createClient } = await admin.run<{ createClient: { id: string } }>(
        'mutation { createClient(input: { name: "Acme" }) { id } }',
      );
      const { createTicket } = await admin.run<{ createTicket: { id: string } }>(
        'mutation ($id: ID!) { createTicket(input: { clientId: $id, title: "Mail", description: "Lost." }) { id } }',
        { id: createClient.id },
      );
      const change = `mutation ($id: ID!, $status: TicketStatus!, $version: Int) {
      changeTicketStatus(id: $id, status: $status, expectedVersion: $version) { version } }`;
      await admin.run(change, { id: createTicket.id, status: 'CLOSED', version: 1 });
      const conflict = await admin.refusal(change, { id: createTicket.id, status: 'OPEN', version: 1 });
      assert.deepEqual([conflict.code, conflict.extensions.currentVersion], ['CONFLICT', 2]);
      const illegal = await admin.refusal(change, { id: createTicket.id, status: 'OPEN', version: 2 });
      assert.deepEqual([illegal.code, illegal.extensions.allowed], ['ILLEGAL_TRANSITION', []]);
    },
  );
  await steps.step('a document that is no GraphQL, or not of this schema, is refused with 400', async () => {
    const broken = await admin.refusal('{ tickets');
    assert.deepEqual([broken.code, broken.status], ['GRAPHQL_PARSE_FAILED', 400]);
    const unknown = await admin.refusal('{ tikets { id } }');
    assert.deepEqual([unknown.code, unknown.status], ['GRAPHQL_VALIDATION_FAILED', 400]);
    assert.doesNotMatch(unknown.message, /did you mean/i);
  });
  await steps.step('a request that is too large is refused with 413', async () => {
    const { code, status } = await admin.refusal(`{ me { id } } #${'x'.repeat(1_100_000)}`);
    assert.deepEqual([code, status], ['PAYLOAD_TOO_LARGE', 413]);
  });
  await steps.step(
    'an upload without apollo-require-preflight is refused; one that is no workbook FAILS with a sentence',
    async () => {
      const { status } = await admin.uploadRefusal(IMPORT, Buffer.from('x'), {});
      assert.equal(status, 400);
      const { importTickets } = await admin.upload<{ importTickets: { id: string } }>(IMPORT, import.meta.filename);
      const progress = admin.follow<{ status: string; error: string | null }>(
        'subscription ($id: ID!) { importProgress(id: $id) { status error } }',
        { id: importTickets.id },
      );
      await progress.completed;
      const { status: end, error } = progress.values.at(-1) ?? {};
      assert.equal(end, 'FAILED');
      assert.match(String(error), /^[A-Z].*\.$/);
    },
  );
  await steps.step('a WebSocket without a token ends with 4401, one with a bad token with 4403', async () => {
    assert.equal(await nobody.follow('subscription { ticketEvents { id } }').closed, 4401);
    assert.equal(await new Api(admin.origin, 'forged').follow('subscription { ticketEvents { id } }').closed, 4403);
  });
}

/** The limit of those who are not signed in. Last, because nobody can sign in from this address afterwards. */
export async function checkRateLimit(steps: Steps, admin: Api): Promise<void> {
  await steps.step(
    'who is not signed in is RATE_LIMITED with 429 in the end; those who are go on, and so does /health',
    async () => {
      const nobody = new Api(admin.origin);
      for (let tries = 0; ; tries += 1) {
        assert(tries < 101, 'It should have come by now.');
        const { code, status, headers, extensions } = await nobody.refusal('{ me { id } }');
        if (status !== 429) continue;
        assert.equal(code, 'RATE_LIMITED');
        assert(Number(headers.get('retry-after')) > 0 && Number(extensions.retryAfterSeconds) > 0);
        break;
      }
      await admin.run('{ me { id } }');
      assert.equal((await admin.get('/health')).status, 200);
    },
  );
}
