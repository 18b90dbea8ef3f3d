import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignIn, PASSWORD, type SignIn } from './support/sign-in.ts';

let desk: SignIn;
beforeAll(async () => {
  desk = await createSignIn();
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
});

const code = (expected: string) => expect.objectContaining({ code: expected });
const NOBODY = '018f6b1c-0000-7000-8000-00000000000a';

describe('registering a user', () => {
  const input = {
    email: ' Grace@Example.com',
    password: 'a good password',
    name: ' Grace Hopper ',
    role: 'AGENT',
  } as const;

  it('lets them sign in at once and is logged', async () => {
    const admin = await desk.person('ADMIN');
    const user = await desk.registerUser(admin, input);
    expect(user).toMatchObject({ email: 'grace@example.com', name: 'Grace Hopper', role: 'AGENT', active: true });
    const signedIn = await desk.login({ email: 'grace@example.com', password: 'a good password' });
    expect(signedIn.user).toEqual(user);
    expect(await desk.eventsOf(user.id)).toEqual([{ type: 'user.registered', actor_id: admin.id, data: null }]);
  });

  it('names every wrong field at once', async () => {
    const admin = await desk.person('ADMIN');
    const wrong = desk.registerUser(admin, { email: 'grace', password: 'short', name: ' ', role: 'AGENT' });
    await expect(wrong).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'input.email' }, { path: 'input.password' }, { path: 'input.name' }] },
    });
  });

  it('with an address that another has is a conflict, whatever its case, and once only when many try', async () => {
    const admin = await desk.person('ADMIN');
    const attempts = ['same@example.com', 'SAME@example.com', ' same@EXAMPLE.com'].map((email) =>
      desk.registerUser(admin, { ...input, email }),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(code('CONFLICT'));
  });

  it.each(['AGENT', 'SUPERVISOR'] as const)('is not for a person of role %s', async (role) => {
    const actor = await desk.person(role);
    await expect(desk.registerUser(actor, input)).rejects.toEqual(code('FORBIDDEN'));
    await expect(desk.setUserRole(actor, actor.id, 'ADMIN')).rejects.toEqual(code('FORBIDDEN'));
    await expect(desk.setUserActive(actor, NOBODY, false)).rejects.toEqual(code('FORBIDDEN'));
  });
});

describe('a change of role', () => {
  it('ends the sessions of the user and is logged', async () => {
    const admin = await desk.person('ADMIN');
    const ada = await desk.person();
    const { accessToken, refreshToken } = await desk.login({ email: ada.email, password: PASSWORD });
    expect(await desk.setUserRole(admin, ada.id, 'SUPERVISOR')).toMatchObject({ id: ada.id, role: 'SUPERVISOR' });
    await expect(desk.authenticate(accessToken)).rejects.toEqual(code('UNAUTHENTICATED'));
    await expect(desk.refresh(refreshToken)).rejects.toEqual(code('UNAUTHENTICATED'));
    expect((await desk.eventsOf(ada.id)).at(-1)).toEqual({
      type: 'user.sessions_ended',
      actor_id: admin.id,
      data: { reason: 'ROLE_CHANGED' },
    });
    const { rows } = await desk.db.pool.query(
      `SELECT "from", "to" FROM event_log WHERE subject_id = $1 AND type = 'user.sessions_ended'`,
      [ada.id],
    );
    expect(rows).toEqual([{ from: 'AGENT', to: 'SUPERVISOR' }]);
  });

  it('to the same role changes nothing', async () => {
    const admin = await desk.person('ADMIN');
    const ada = await desk.person();
    const { accessToken } = await desk.login({ email: ada.email, password: PASSWORD });
    await desk.setUserRole(admin, ada.id, 'AGENT');
    await expect(desk.authenticate(accessToken)).resolves.toBeDefined();
  });

  it('is never of oneself', async () => {
    const admin = await desk.person('ADMIN');
    await expect(desk.setUserRole(admin, admin.id, 'AGENT')).rejects.toEqual(code('FORBIDDEN'));
  });

  it.each([NOBODY, 'nobody', '', '\0'])('of nobody is not found: %j', async (id) => {
    const admin = await desk.person('ADMIN');
    await expect(desk.setUserRole(admin, id, 'AGENT')).rejects.toEqual(code('NOT_FOUND'));
    await expect(desk.setUserActive(admin, id, false)).rejects.toEqual(code('NOT_FOUND'));
  });

  it('finds the user by an id in upper case', async () => {
    const admin = await desk.person('ADMIN');
    const ada = await desk.person();
    expect(await desk.setUserRole(admin, ada.id.toUpperCase(), 'SUPERVISOR')).toMatchObject({ id: ada.id });
  });
});

describe('a deactivated user', () => {
  it('is refused at once and can come back', async () => {
    const admin = await desk.person('ADMIN');
    const ada = await desk.person();
    const { accessToken } = await desk.login({ email: ada.email, password: PASSWORD });
    expect(await desk.setUserActive(admin, ada.id, false)).toMatchObject({ active: false });
    await expect(desk.authenticate(accessToken)).rejects.toEqual(code('UNAUTHENTICATED'));
    expect((await desk.eventsOf(ada.id)).at(-1)?.data).toEqual({ reason: 'DEACTIVATED' });
    expect(await desk.setUserActive(admin, ada.id, true)).toMatchObject({ active: true });
    const activated = { type: 'user.activated', actor_id: admin.id, data: null };
    expect((await desk.eventsOf(ada.id)).at(-1)).toEqual(activated);
    // Again changes nothing, and says nothing.
    await desk.setUserActive(admin, ada.id, true);
    expect((await desk.eventsOf(ada.id)).filter(({ type }) => type === 'user.activated')).toEqual([activated]);
    await expect(desk.login({ email: ada.email, password: PASSWORD })).resolves.toBeDefined();
    await expect(desk.authenticate(accessToken)).rejects.toEqual(code('UNAUTHENTICATED'));
  });
});

describe('the last active administrator', () => {
  it('cannot leave', async () => {
    await using own = await createSignIn();
    const admin = await own.person('ADMIN');
    const other = await own.person('ADMIN');
    await own.setUserActive(other, other.id, false);
    await expect(own.setUserActive(admin, admin.id, false)).rejects.toEqual(code('CONFLICT'));
    // A token of the other one that is still in flight takes nobody down either.
    await expect(own.setUserRole(other, admin.id, 'AGENT')).rejects.toEqual(code('CONFLICT'));
    await expect(own.setUserActive(other, admin.id, false)).rejects.toEqual(code('CONFLICT'));
    await expect(own.setUserActive(other, other.id, true)).rejects.toEqual(code('UNAUTHENTICATED'));
  });

  it('stays when administrators take each other down at the same time', async () => {
    await using own = await createSignIn();
    const admins = await Promise.all(Array.from({ length: 6 }, () => own.person('ADMIN')));
    await own.connectAll();
    const attacks = admins.flatMap((actor) =>
      admins
        .filter((other) => other !== actor)
        .map((other, index) =>
          index % 2 === 0 ? own.setUserActive(actor, other.id, false) : own.setUserRole(actor, other.id, 'AGENT'),
        ),
    );
    const results = await Promise.allSettled(attacks);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(['CONFLICT', 'UNAUTHENTICATED']).toContain(result.reason.code);
    }
    const [observer] = admins;
    if (!observer) throw new Error('no admins');
    expect(await own.listUsers(observer, { role: 'ADMIN', active: true }, 10)).toHaveLength(1);
  });
});

describe('the list of users', () => {
  it('is by name and keeps what the filter asks for', async () => {
    await using own = await createSignIn();
    const admin = await own.person('ADMIN', 'Cleo');
    const ben = await own.person('AGENT', 'Ben');
    await own.person('SUPERVISOR', 'Ann');
    await own.setUserActive(admin, ben.id, false);
    const names = async (filter: Parameters<typeof own.listUsers>[1], first = 100) =>
      (await own.listUsers(admin, filter, first)).map(({ name }) => name);
    expect(await names({})).toEqual(['Ann', 'Ben', 'Cleo']);
    expect(await names({ role: null, active: null }, 2)).toEqual(['Ann', 'Ben']);
    expect(await names({ active: false })).toEqual(['Ben']);
    expect(await names({ role: 'SUPERVISOR', active: true })).toEqual(['Ann']);
  });

  it.each([0, -1, 501, 1.5])('has 1 to 500 of them, not %d', async (first) => {
    const ada = await desk.person();
    await expect(desk.listUsers(ada, {}, first)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: [{ path: 'first' }] },
    });
  });

  it('shows no secrets', async () => {
    const ada = await desk.person();
    const [user] = await desk.listUsers(ada, {}, 1);
    expect(Object.keys(user ?? {}).sort()).toEqual(['active', 'createdAt', 'email', 'id', 'name', 'role']);
  });
});

describe('users by id', () => {
  it('come in the order that they were asked for, with gaps where there is none', async () => {
    const ada = await desk.person();
    const ben = await desk.person();
    const found = await desk.deps.users.byIds([ben.id, NOBODY, 'no id', ada.id.toUpperCase(), ben.id]);
    expect(found.map((user) => user?.id)).toEqual([ben.id, undefined, undefined, ada.id, ben.id]);
    expect(await desk.readUser(ada, 'no id')).toBeUndefined();
    expect(await desk.readUser(ada, ben.id)).toMatchObject({ id: ben.id });
  });
});

describe('the first start', () => {
  it('adds an administrator with the well-known password, once, whoever else starts', async () => {
    await using own = await createSignIn();
    const options = { adminPassword: undefined, production: false };
    await own.connectAll();
    const added = await Promise.all([1, 2, 3, 4].map(() => own.seedFirstAdmin(options)));
    expect(added.filter(Boolean)).toHaveLength(1);
    const { user } = await own.login({ email: 'admin@techsupport.pro', password: 'admin123' });
    expect(user).toMatchObject({ name: 'Administrator', role: 'ADMIN' });
    expect(await own.eventsOf(user.id)).toEqual([{ type: 'user.registered', actor_id: null, data: null }]);
    expect(await own.seedFirstAdmin(options)).toBe(false);
  });

  it('takes the password that it is given', async () => {
    await using own = await createSignIn();
    expect(await own.seedFirstAdmin({ adminPassword: 'given password', production: true })).toBe(true);
    await expect(own.login({ email: 'admin@techsupport.pro', password: 'admin123' })).rejects.toThrow();
    await own.login({ email: 'admin@techsupport.pro', password: 'given password' });
  });

  it('fails in production without a password, and anywhere with a bad one', async () => {
    await using own = await createSignIn();
    await expect(own.seedFirstAdmin({ adminPassword: undefined, production: true })).rejects.toThrow(
      /set ADMIN_PASSWORD to the password that admin@techsupport.pro shall sign in with/,
    );
    await expect(own.seedFirstAdmin({ adminPassword: 'short', production: false })).rejects.toThrow(
      'ADMIN_PASSWORD: Must have at least 8 characters.',
    );
    expect(await own.deps.registry.isEmpty()).toBe(true);
  });

  it('needs no password once there is a user', async () => {
    await using own = await createSignIn();
    await own.person();
    expect(await own.seedFirstAdmin({ adminPassword: undefined, production: true })).toBe(false);
  });
});
