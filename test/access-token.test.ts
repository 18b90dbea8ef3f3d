import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joseAccessTokens } from '../src/infrastructure/auth/access-tokens.ts';
import { createSignIn, SECRET, type SignIn } from './support/sign-in.ts';

let desk: SignIn;
beforeAll(async () => {
  desk = await createSignIn();
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const bearer = (token: string) => desk.authenticate(token);

describe('an access token', () => {
  const forged = (
    payload: object,
    { alg = 'HS256', typ = 'at+jwt', secret = SECRET }: { alg?: string; typ?: string; secret?: string } = {},
  ) => new SignJWT({ ...payload }).setProtectedHeader({ alg, typ }).sign(new TextEncoder().encode(secret));

  const claimsOf = async () => {
    const ada = await desk.person();
    const seconds = Math.floor(desk.clock.now().getTime() / 1000);
    const names = { iss: 'techsupport-pro', aud: 'techsupport-pro', jti: 'one', sub: ada.id };
    return { ...names, role: ada.role, ep: 1, iat: seconds, exp: seconds + 60 };
  };

  it('with everything right is accepted', async () => {
    const token = await forged(await claimsOf());
    await expect(bearer(token)).resolves.toBeDefined();
  });

  it.each([
    ['another algorithm', { alg: 'HS512' }],
    ['another type', { typ: 'JWT' }],
    ['the type of an id token', { typ: 'id+jwt' }],
    ['another key', { secret: 'another secret that is also 32 bytes long' }],
  ])('with %s is refused', async (_, header) => {
    await expect(bearer(await forged(await claimsOf(), header))).rejects.toEqual(unauthenticated);
  });

  it.each([
    ['another issuer', { iss: 'somebody' }],
    ['another audience', { aud: 'something' }],
    ['another user', { sub: '018f6b1c-0000-7000-8000-00000000000a' }],
    ['a user that is no id', { sub: "'; DROP TABLE users" }],
    ['another role', { role: 'ADMIN' }],
    ['an unknown role', { role: 'ROOT' }],
    ['an epoch to come', { ep: 2 }],
    ['an epoch that is no number', { ep: '1' }],
    ['no id of its own', { jti: undefined }],
    ['no end', { exp: undefined }],
    ['no beginning', { iat: undefined }],
  ])('with %s is refused', async (_, changes) => {
    await expect(bearer(await forged({ ...(await claimsOf()), ...changes }))).rejects.toEqual(unauthenticated);
  });

  it('without a signature is refused', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'none', typ: 'at+jwt' })}.${part(await claimsOf())}`;
    await expect(bearer(`${body}.`)).rejects.toEqual(unauthenticated);
    const empty = createHmac('sha256', '').update(body).digest('base64url');
    await expect(bearer(`${body}.${empty}`)).rejects.toEqual(unauthenticated);
  });

  it.each(['', 'a b', 'not.a.token', '\0'])('is not %j', async (token) => {
    await expect(desk.authenticate(token)).rejects.toEqual(unauthenticated);
  });

  it('is refused from the instant on that it expires', async () => {
    const ada = await desk.person();
    const accessTokens = joseAccessTokens({ secret: SECRET, ttlSeconds: 60 });
    const claims = { userId: ada.id, role: ada.role, sessionEpoch: 1 };
    const { token, expiresAt } = await accessTokens.issue(claims, desk.clock.now());
    expect(await accessTokens.verify(token, new Date(expiresAt.getTime() - 1))).toEqual({ ...claims, expiresAt });
    expect(await accessTokens.verify(token, expiresAt)).toBeUndefined();
  });

  it('is judged by the time each time, also when it was found good before', async () => {
    const accessTokens = joseAccessTokens({ secret: SECRET, ttlSeconds: 60 });
    const issuedAt = new Date('2026-03-02T09:00:00.900Z');
    const claims = { userId: 'ada', role: 'AGENT', sessionEpoch: 1 } as const;
    const { token, expiresAt } = await accessTokens.issue(claims, issuedAt);
    const at = (ms: number) => accessTokens.verify(token, new Date(expiresAt.getTime() + ms));
    expect(await at(-1_000)).toMatchObject(claims);
    expect(await at(-1)).toMatchObject(claims);
    expect(await at(0)).toBeUndefined();
    expect(
      await accessTokens.verify(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`, issuedAt),
    ).toBeUndefined();
    // More good ones than are remembered: the first is looked at anew, and still good.
    for (let i = 0; i < 1_001; i += 1) {
      const other = await accessTokens.issue({ ...claims, userId: `user ${i}` }, issuedAt);
      expect(await accessTokens.verify(other.token, issuedAt)).toMatchObject({ userId: `user ${i}` });
    }
    expect(await at(-1)).toMatchObject(claims);
  });

  it('works with a short secret too, which only a warning at the start speaks against', async () => {
    const accessTokens = joseAccessTokens({ secret: 'short', ttlSeconds: 60 });
    const { token } = await accessTokens.issue({ userId: 'x', role: 'AGENT', sessionEpoch: 1 }, desk.clock.now());
    expect(await accessTokens.verify(token, desk.clock.now())).toBeDefined();
  });
});
