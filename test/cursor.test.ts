import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeCursor, decodePosition, encodeCursor } from '../src/application/cursor.ts';

const refused = expect.objectContaining({ code: 'VALIDATION_FAILED' });
const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));

it('gives back what it was made of, and needs no escaping in a URL', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(value, { maxLength: 4 }), (kind, values) => {
      const cursor = encodeCursor(kind, values);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeCursor(kind, cursor)).toEqual(values);
    }),
  );
});

it('is refused by another list, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.array(value, { maxLength: 4 }), (kind, other, values) => {
      fc.pre(kind !== other);
      expect(() => decodeCursor(other, encodeCursor(kind, values))).toThrow(refused);
    }),
  );
});

it('is refused when any of it was cut off or edited, or something was added', () => {
  const cursor = encodeCursor('tickets:DUE_AT:ASC', ['2026-03-02T09:00:00.250Z', 'id']);
  for (let i = 0; i < cursor.length; i += 1) {
    expect(() => decodeCursor('tickets:DUE_AT:ASC', cursor.slice(0, i))).toThrow(refused);
    const edited = `${cursor.slice(0, i)}${cursor[i] === 'A' ? 'B' : 'A'}${cursor.slice(i + 1)}`;
    expect(() => decodeCursor('tickets:DUE_AT:ASC', edited)).toThrow(refused);
  }
  for (const more of ['x', '=', ' ', 'AA']) {
    expect(() => decodeCursor('tickets:DUE_AT:ASC', cursor + more)).toThrow(refused);
  }
});

it('is refused when it is any other text, naming where it stood', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor('log', text, 'input.after')).toThrow(
        expect.objectContaining({ details: { fields: [expect.objectContaining({ path: 'input.after' })] } }),
      );
    }),
  );
});

it('of a position holds one whole number that is not negative', () => {
  expect(decodePosition('log', encodeCursor('log', [42]))).toBe(42);
  for (const values of [[], ['42'], [-1], [1.5], [null], [2 ** 60]]) {
    expect(() => decodePosition('log', encodeCursor('log', values))).toThrow(refused);
  }
});
