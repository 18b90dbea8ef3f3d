import { validate, version } from 'uuid';
import { expect, it } from 'vitest';
import { orderedIds } from '../src/infrastructure/ordered-ids.ts';

const COUNT = 20_000;

it('ids are UUIDv7 of the time they were made at, each once, in ascending order, whatever the clock does', () => {
  const start = Date.parse('2026-11-23T10:00:00Z');
  let calls = 0;
  // Stands still for a thousand ids, then moves by a millisecond; once it is set back.
  const newId = orderedIds(() => {
    calls += 1;
    return start + Math.floor(calls / 1_000) - (calls > COUNT / 2 ? 5 : 0);
  });
  const ids = Array.from({ length: COUNT }, newId);
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(COUNT);
  expect(Number.parseInt(ids[0]?.replaceAll('-', '').slice(0, 12) ?? '', 16)).toBe(start);
});

it('two makers make different ids at the same instant', () => {
  const [one, other] = [orderedIds(() => 1), orderedIds(() => 1)];
  expect(one()).not.toBe(other());
});
