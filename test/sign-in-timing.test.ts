import { verify } from '@node-rs/bcrypt';
import { describe, expect, it, vi } from 'vitest';
import { codeOf, PASSWORD, startTestServer, type TestServer } from './support/server.ts';
import { patience, rounds } from './support/soak.ts';

// The real one, watched.
vi.mock('@node-rs/bcrypt', async (original) => {
  const real = await original<typeof import('@node-rs/bcrypt')>();
  return { ...real, verify: vi.fn(real.verify) };
});

const LOGIN =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';
const DEACTIVATE = 'mutation ($id: ID!) { setUserActive(id: $id, active: false) { id } }';
/** How often each kind of attempt is timed; not at all in `npm test`, where nobody knows what else the machine does. */
const TIMED = rounds(0, 50);

type Attempt = readonly [kind: string, variables: { readonly email: string; readonly password: string }];

/** Attempts that are refused, each for another reason. */
async function refusedAttempts(server: TestServer): Promise<readonly Attempt[]> {
  const [known, gone] = [await server.person('AGENT'), await server.person('AGENT')];
  await server.admin.ask(DEACTIVATE, { id: gone.id });
  return [
    ['a known address', { email: known.email, password: 'not the password' }],
    ['an unknown address', { email: 'nobody@example.com', password: 'not the password' }],
    ['a deactivated user', { email: gone.email, password: 'not the password' }],
    ['a deactivated user with the right password', { email: gone.email, password: PASSWORD }],
    ['no address at all', { email: 'nobody', password: 'not the password' }],
    ['a known address and a password that is too long', { email: known.email, password: 'x'.repeat(100) }],
    ['an unknown address and a password that is too long', { email: 'nobody@example.com', password: 'x'.repeat(100) }],
    ['a known address and no password', { email: known.email, password: '' }],
  ];
}

describe('a sign-in that is refused', () => {
  it('compares one hash of the same cost and says the same, whatever the reason', async () => {
    await using server = await startTestServer();
    const answers = new Set<string>();
    for (const [kind, variables] of await refusedAttempts(server)) {
      vi.mocked(verify).mockClear();
      const answer = await server.nobody.send(LOGIN, variables);
      // The cost stands in the hash itself: "$2b$04$".
      const costs = vi.mocked(verify).mock.calls.map(([, compared]) => String(compared).split('$')[2]);
      expect([kind, codeOf(answer), costs]).toEqual([kind, 'UNAUTHENTICATED', ['04']]);
      const { requestId, ...extensions } = answer.errors?.[0]?.extensions ?? { code: '' };
      answers.add(JSON.stringify([answer.errors?.[0]?.message, extensions, answer.data]));
    }
    expect([...answers]).toHaveLength(1);
  });

  if (TIMED > 0) {
    it('takes as long for an unknown address as for a known one', { timeout: patience(0) }, async () => {
      await using server = await startTestServer({ env: { BCRYPT_COST: '12' } });
      const attempts = await refusedAttempts(server);
      const isEven = ([, share]: readonly [string, number]) => share > 0.95 && share < 1.05;
      let shares = await sharesOf(server, attempts);
      // What else the machine did may have fallen on one of them; a difference of ours comes again.
      for (let again = 0; again < 2 && !shares.every(isEven); again += 1) shares = await sharesOf(server, attempts);
      expect(shares.filter((share) => !isEven(share))).toEqual([]);
    });
  }
});

/** Times each kind of attempt; the median of each as a share of that of the first. */
async function sharesOf(server: TestServer, attempts: readonly Attempt[]): Promise<(readonly [string, number])[]> {
  const times = new Map<string, number[]>(attempts.map(([kind]) => [kind, []]));
  for (let round = -2; round < TIMED; round += 1) {
    for (let n = 0; n < attempts.length; n += 1) {
      // Another one begins each round, so that none always follows the same.
      const [kind, variables] = attempts[(n + round + attempts.length) % attempts.length] as Attempt;
      const started = performance.now();
      await server.nobody.send(LOGIN, variables);
      // The first rounds warm up.
      if (round >= 0) times.get(kind)?.push(performance.now() - started);
    }
  }
  const medians = [...times].map(([kind, all]) => [kind, medianOf(all)] as const);
  const [, first] = medians[0] ?? ['', 0];
  for (const [kind, median] of medians) {
    const share = ((median / first - 1) * 100).toFixed(2);
    console.info(`${kind}: median ${median.toFixed(1)} ms of ${TIMED}, ${share} % from a known address`);
  }
  return medians.map(([kind, median]) => [kind, median / first]);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
