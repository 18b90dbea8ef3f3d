import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { login } from '../src/application/session/login.ts';
import { createSignIn, PASSWORD, type SignIn } from './support/sign-in.ts';

let desk: SignIn;
beforeAll(async () => {
  desk = await createSignIn();
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const signIn = (email: string, password = PASSWORD) => desk.login({ email, password });
const bearer = (token: string) => desk.authenticate(token);

describe('signing in', () => {
  it('takes the email address in any case and gives tokens for the user', async () => {
    const ada = await desk.person('SUPERVISOR');
    const signedIn = await signIn(`  ${ada.email.toUpperCase()} `);
    expect(signedIn.user).toEqual({
      id: ada.id,
      email: ada.email,
      name: 'Ada',
      role: 'SUPERVISOR',
      active: true,
      createdAt: desk.clock.now(),
    });
    expect(await bearer(signedIn.accessToken)).toEqual({
      actor: { id: ada.id, role: 'SUPERVISOR' },
      expiresAt: signedIn.accessTokenExpiresAt,
    });
    const lifetime = signedIn.accessTokenExpiresAt.getTime() - desk.clock.now().getTime();
    expect(lifetime).toBeGreaterThan(899_000);
    expect(lifetime).toBeLessThanOrEqual(900_000);
  });

  it('is refused in the same words for whatever reason', async () => {
    const admin = await desk.person('ADMIN');
    const ada = await desk.person();
    const gone = await desk.person();
    await desk.setUserActive(admin, gone.id, false);
    const attempts = [
      signIn(ada.email, 'a wrong one'),
      signIn(ada.email, `${PASSWORD}${'x'.repeat(100)}`),
      signIn(ada.email, ''),
      signIn('nobody@example.com'),
      signIn('no address\0'),
      signIn(gone.email),
    ];
    const errors = (await Promise.allSettled(attempts)).map((attempt) =>
      attempt.status === 'rejected' ? attempt.reason : undefined,
    );
    expect(errors).toEqual(errors.map(() => unauthenticated));
    expect(new Set(errors.map((error) => error.message)).size).toBe(1);
  });

  it('keeps no refresh token as it is', async () => {
    const ada = await desk.person();
    const { refreshToken } = await signIn(ada.email);
    const { rows } = await desk.db.pool.query('SELECT * FROM refresh_tokens WHERE user_id = $1', [ada.id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(refreshToken);
    expect(rows[0].token_hash).toHaveLength(32);
  });

  it('goes through though its user signs out everywhere meanwhile, but not with a password that is changed meanwhile', async () => {
    const ada = await desk.person();
    const { passwords } = desk.deps;
    /** Signs in; once, when the password has been compared, `meanwhile` happens. */
    const signInWhile = (meanwhile: () => Promise<unknown>) => {
      let due = true;
      const matches: typeof passwords.matches = async (...given) => {
        const same = await passwords.matches(...given);
        if (due) await meanwhile();
        due = false;
        return same;
      };
      return login({ ...desk.deps, passwords: { ...passwords, matches } })({ email: ada.email, password: PASSWORD });
    };
    const { accessToken } = await signInWhile(() => desk.logoutEverywhere(ada));
    expect(await bearer(accessToken)).toMatchObject({ actor: { id: ada.id } });
    const changed = signInWhile(() => desk.changePassword(ada, { current: PASSWORD, next: 'another password' }));
    await expect(changed).rejects.toEqual(unauthenticated);
  });

  it('with the old password does not outlive a change of password that came in between', async () => {
    const ada = await desk.person();
    const account = await desk.deps.sessions.accountById(ada.id);
    await desk.changePassword(ada, { current: PASSWORD, next: 'another password' });
    const opened = await desk.deps.sessions.open(
      {
        id: desk.deps.newId(),
        familyId: desk.deps.newId(),
        userId: ada.id,
        hash: desk.deps.refreshSecrets.hash('late'),
        issuedAt: desk.clock.now(),
        expiresAt: new Date(desk.clock.now().getTime() + 1_000),
        usedAt: null,
        revokedAt: null,
      },
      account?.sessionEpoch ?? 0,
    );
    expect(opened).toBe(false);
    await expect(desk.refresh('late')).rejects.toEqual(unauthenticated);
  });
});

describe('refreshing', () => {
  it('gives new tokens, and again with each', async () => {
    const ada = await desk.person();
    const first = await signIn(ada.email);
    const second = await desk.refresh(first.refreshToken);
    const third = await desk.refresh(second.refreshToken);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
    expect((await bearer(third.accessToken)).actor.id).toBe(ada.id);
    expect(third.user.id).toBe(ada.id);
  });

  it('twenty times at once gives one successor', async () => {
    const ada = await desk.person();
    const { refreshToken } = await signIn(ada.email);
    await desk.connectAll();
    const all = await Promise.all(Array.from({ length: 20 }, () => desk.refresh(refreshToken)));
    expect(new Set(all.map((one) => one.refreshToken)).size).toBe(1);
    const { rows } = await desk.db.pool.query('SELECT id FROM refresh_tokens WHERE user_id = $1', [ada.id]);
    expect(rows).toHaveLength(2);
    await expect(desk.refresh(all[0]?.refreshToken ?? '')).resolves.toBeDefined();
  });

  it('gives the same successor for 5 seconds, and after that ends the family', async () => {
    const ada = await desk.person();
    const other = await signIn(ada.email);
    const first = await signIn(ada.email);
    const second = await desk.refresh(first.refreshToken);
    desk.advance(5_000);
    expect((await desk.refresh(first.refreshToken)).refreshToken).toBe(second.refreshToken);
    desk.advance(1);
    await expect(desk.refresh(first.refreshToken)).rejects.toEqual(unauthenticated);
    await expect(desk.refresh(second.refreshToken)).rejects.toEqual(unauthenticated);
    await expect(desk.refresh(other.refreshToken)).resolves.toBeDefined();
    expect(desk.warnings.at(-1)).toEqual({ userId: ada.id, familyId: expect.any(String) });
  });

  it('with a token whose successor was used ends the family, also within 5 seconds', async () => {
    const ada = await desk.person();
    const first = await signIn(ada.email);
    const second = await desk.refresh(first.refreshToken);
    const third = await desk.refresh(second.refreshToken);
    await expect(desk.refresh(first.refreshToken)).rejects.toEqual(unauthenticated);
    await expect(desk.refresh(third.refreshToken)).rejects.toEqual(unauthenticated);
  });

  it('of a whole family at once neither hangs nor fails in another way', async () => {
    const ada = await desk.person();
    const first = await signIn(ada.email);
    const second = await desk.refresh(first.refreshToken);
    const third = await desk.refresh(second.refreshToken);
    desk.advance(6_000);
    await desk.connectAll();
    const tokens = [first, second, third].flatMap(({ refreshToken }) => Array<string>(7).fill(refreshToken));
    const results = await Promise.allSettled([...tokens.map(desk.refresh), desk.logoutEverywhere(ada)]);
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(reasons).toEqual(reasons.map(() => unauthenticated));
    await expect(desk.refresh(third.refreshToken)).rejects.toEqual(unauthenticated);
  });

  it.each(['', 'unknown', '\0', '\ud800', 'x'.repeat(100_000)])('with an unknown token is refused', async (token) => {
    await expect(desk.refresh(token)).rejects.toEqual(unauthenticated);
  });

  it('with an expired token is refused', async () => {
    const ada = await desk.person();
    const { refreshToken } = await signIn(ada.email);
    desk.advance(30 * 86_400_000);
    await expect(desk.refresh(refreshToken)).rejects.toEqual(unauthenticated);
  });

  it('is not for a deactivated user, nor after they came back', async () => {
    const admin = await desk.person('ADMIN');
    const ada = await desk.person();
    const { refreshToken } = await signIn(ada.email);
    await desk.setUserActive(admin, ada.id, false);
    await expect(desk.refresh(refreshToken)).rejects.toEqual(unauthenticated);
    await desk.setUserActive(admin, ada.id, true);
    await expect(desk.refresh(refreshToken)).rejects.toEqual(unauthenticated);
    await expect(signIn(ada.email)).resolves.toBeDefined();
  });
});

describe('signing out', () => {
  it('ends the session of the token, used or not, and no other', async () => {
    const ada = await desk.person();
    const other = await signIn(ada.email);
    const first = await signIn(ada.email);
    const second = await desk.refresh(first.refreshToken);
    expect(await desk.logout(first.refreshToken)).toBe(true);
    await expect(desk.refresh(second.refreshToken)).rejects.toEqual(unauthenticated);
    await expect(desk.refresh(other.refreshToken)).resolves.toBeDefined();
  });

  it('is true for any text', async () => {
    expect(await desk.logout('unknown')).toBe(true);
    expect(await desk.logout('')).toBe(true);
  });

  it('everywhere ends access and refresh tokens at once and says so in the event log', async () => {
    const ada = await desk.person();
    const sessions = [await signIn(ada.email), await signIn(ada.email)];
    expect(await desk.logoutEverywhere(ada)).toBe(true);
    for (const { accessToken, refreshToken } of sessions) {
      await expect(bearer(accessToken)).rejects.toEqual(unauthenticated);
      await expect(desk.refresh(refreshToken)).rejects.toEqual(unauthenticated);
    }
    expect((await desk.eventsOf(ada.id)).at(-1)).toEqual({
      type: 'user.sessions_ended',
      actor_id: ada.id,
      data: { reason: 'LOGOUT_EVERYWHERE' },
    });
    await expect(bearer((await signIn(ada.email)).accessToken)).resolves.toBeDefined();
  });
});

describe('changing the password', () => {
  it('ends all sessions, and only the new one works', async () => {
    const ada = await desk.person();
    const { accessToken, refreshToken } = await signIn(ada.email);
    expect(await desk.changePassword(ada, { current: PASSWORD, next: 'a new password' })).toBe(true);
    await expect(bearer(accessToken)).rejects.toEqual(unauthenticated);
    await expect(desk.refresh(refreshToken)).rejects.toEqual(unauthenticated);
    await expect(signIn(ada.email)).rejects.toEqual(unauthenticated);
    await expect(signIn(ada.email, 'a new password')).resolves.toBeDefined();
    expect((await desk.eventsOf(ada.id)).at(-1)?.data).toEqual({ reason: 'PASSWORD_CHANGED' });
  });

  it('wants the current one', async () => {
    const ada = await desk.person();
    const change = desk.changePassword(ada, { current: 'a wrong one', next: 'a new password' });
    await expect(change).rejects.toEqual(unauthenticated);
    await expect(signIn(ada.email)).resolves.toBeDefined();
  });

  it('wants a good new one', async () => {
    const ada = await desk.person();
    await expect(desk.changePassword(ada, { current: PASSWORD, next: 'short' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'next', message: 'Must have at least 8 characters.' }] },
    });
  });

  it('twice at once happens once', async () => {
    const ada = await desk.person();
    await desk.connectAll();
    const changes = ['one password', 'two password'].map((next) =>
      desk.changePassword(ada, { current: PASSWORD, next }),
    );
    const results = await Promise.allSettled(changes);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('me', () => {
  it('is the signed-in user', async () => {
    const ada = await desk.person();
    expect(await desk.readOwnUser(ada)).toMatchObject({ id: ada.id, email: ada.email });
  });
});

describe('pruning', () => {
  it('forgets expired refresh tokens and no others', async () => {
    await using own = await createSignIn();
    const ada = await own.person();
    await own.login({ email: ada.email, password: PASSWORD });
    own.advance(86_400_000);
    const { refreshToken } = await own.login({ email: ada.email, password: PASSWORD });
    expect(await own.pruneRefreshTokens()).toBe(0);
    own.advance(29 * 86_400_000 + 1);
    expect(await own.pruneRefreshTokens()).toBe(1);
    await expect(own.refresh(refreshToken)).resolves.toBeDefined();
  });
});
