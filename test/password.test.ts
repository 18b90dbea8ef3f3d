import { hash as bcrypt, verify } from '@node-rs/bcrypt';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { checkEmail } from '../src/domain/email.ts';
import { checkNewPassword } from '../src/domain/password.ts';
import { bcryptPasswords } from '../src/infrastructure/auth/passwords.ts';

// The real one, watched.
vi.mock('@node-rs/bcrypt', async (original) => {
  const real = await original<typeof import('@node-rs/bcrypt')>();
  return { ...real, verify: vi.fn(real.verify), hash: vi.fn(real.hash) };
});

const problem = (password: string) => checkNewPassword('input.password', password)[0]?.message;

describe('a new password', () => {
  it.each(['12345678', 'ünïcödé!', '😀'.repeat(8), ' spaces ', 'a'.repeat(72)])('is taken as typed: %s', (password) => {
    expect(problem(password)).toBeUndefined();
  });

  it('has 8 characters, not 8 code units', () => {
    expect(problem('1234567')).toMatch(/at least 8/);
    expect(problem('😀'.repeat(7))).toMatch(/at least 8/);
  });

  it('has at most 72 bytes, not characters', () => {
    expect(problem('a'.repeat(73))).toMatch(/at most 72 bytes/);
    expect(problem('ü'.repeat(36))).toBeUndefined();
    expect(problem('ü'.repeat(37))).toMatch(/at most 72 bytes/);
  });

  it('has nothing in it that is not the same text once encoded', () => {
    expect(problem('12345678\0')).toMatch(/control/);
    expect(problem('12345678\ud800')).toMatch(/broken/);
  });
});

describe('password hashing', () => {
  it('knows a password again and no other', async () => {
    const passwords = bcryptPasswords({ cost: 4 });
    const hash = await passwords.hash('correct horse');
    expect(hash).toMatch(/^\$2[aby]\$04\$/);
    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('correct horsf', hash)).toBe(false);
  });

  it('does not take a longer password for one of 72 bytes', async () => {
    const passwords = bcryptPasswords({ cost: 4 });
    const hash = await passwords.hash('a'.repeat(72));
    expect(await passwords.matches(`${'a'.repeat(72)}b`, hash)).toBe(false);
    await expect(passwords.hash('a'.repeat(73))).rejects.toThrow(RangeError);
  });

  it('compares also where there is no hash, at the same cost, and says no', async () => {
    const passwords = bcryptPasswords({ cost: 5 });
    const hash = await passwords.hash('correct horse');
    vi.mocked(verify).mockClear();
    expect(await passwords.matches('wrong horse', undefined)).toBe(false);
    expect(await passwords.matches('wrong horse', hash)).toBe(false);
    // The cost stands in the hash itself: "$2b$05$".
    const costs = vi.mocked(verify).mock.calls.map(([, compared]) => String(compared).split('$')[2]);
    expect(costs).toEqual(['05', '05']);
    expect(await passwords.matches('a password that is compared and never accepted', undefined)).toBe(false);
  });
});

describe('a hash of a lower cost', () => {
  it('is known again after as much work as one of now', async () => {
    const old = await bcryptPasswords({ cost: 4 }).hash('correct horse');
    const passwords = bcryptPasswords({ cost: 7 });
    for (const [password, isRight] of [
      ['correct horse', true],
      ['wrong horse', false],
    ] as const) {
      vi.mocked(verify).mockClear();
      vi.mocked(bcrypt).mockClear();
      expect(await passwords.matches(password, old)).toBe(isRight);
      const costs = [4, ...vi.mocked(bcrypt).mock.calls.map(([, cost]) => Number(cost))];
      expect(vi.mocked(verify)).toHaveBeenCalledTimes(1);
      expect(costs.reduce((work, cost) => work + 2 ** cost, 0)).toBe(2 ** 7);
    }
  });

  it('is the only one that costs more: others are compared, and that is all', async () => {
    const [old, high] = [bcryptPasswords({ cost: 4 }), bcryptPasswords({ cost: 5 })];
    const hashed = await high.hash('correct horse');
    vi.mocked(bcrypt).mockClear();
    expect([await old.matches('correct horse', hashed), await high.matches('correct horse', hashed)]).toEqual([
      true,
      true,
    ]);
    expect(vi.mocked(bcrypt)).not.toHaveBeenCalled();
  });
});

describe('an email address', () => {
  const message = (email: string) => checkEmail('input.email', email).problems[0]?.message;

  it('is trimmed and lower-cased', () => {
    expect(checkEmail('email', ' Ada.Lovelace+desk@Example.COM ')).toEqual({
      value: 'ada.lovelace+desk@example.com',
      problems: [],
    });
  });

  it.each(['a@b.co', "o'neil@sub.example.org", 'x_y@xn--bcher-kva.example'])('is valid: %s', (email) => {
    expect(message(email)).toBeUndefined();
  });

  it.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'a@b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..b@example.com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@exam ple.com',
    'ada lovelace@example.com',
    'ada@example.com,bob@example.com',
    'ada@example.c',
    '"ada"@example.com',
    'ada@example..com',
    `${'a'.repeat(65)}@example.com`,
  ])('is not valid: %s', (email) => {
    expect(message(email)).toBe('Must be an email address such as ada@example.com.');
  });

  it('has at most 254 characters and no control characters', () => {
    expect(message(`a@${'b.'.repeat(130)}com`)).toMatch(/at most 254/);
    expect(message('ada\0@example.com')).toMatch(/control/);
    expect(message('')).toMatch(/empty/);
  });

  it('of any common kind is valid', () => {
    fc.assert(fc.property(fc.emailAddress(), (email) => message(email) === undefined));
  });

  // A pattern that backtracks would not come to an end with these.
  it('is judged, whatever it is', () => {
    const texts = [`${'a.'.repeat(120)}@`, `a@${'a-'.repeat(120)}`, 'a'.repeat(1_000_000)];
    for (const text of texts) expect(message(text)).toBeDefined();
  });
});
