import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { comparisonsOf } from '../src/interfaces/graphql/validation/comparisons.ts';

const steps = (query: string, most = 1_000_000): number => comparisonsOf(parse(query), most);
const many = (count: number, each: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => each(i)).join(' ');

it('grows with the square of what answers under one name, and with the length of all else', () => {
  expect(steps(`{ ${many(400, (i) => `f${i}`)} }`)).toBe(400);
  expect(steps(`{ ${many(400, () => 'f')} }`)).toBe(400 + (400 * 399) / 2);
  expect(steps(`{ ${many(400, (i) => `a${i}: f`)} }`)).toBe(400);
  expect(steps(`{ ${many(400, (i) => `a: f${i}`)} }`)).toBe(400 + (400 * 399) / 2);
});

it('counts what lies below fields of one name together, wherever it is written', () => {
  const pairs = 20 + 190 + 20 + 190;
  expect(steps(`{ ${many(20, () => 'f { g }')} }`)).toBe(pairs);
  expect(steps(`{ ... { ${many(10, () => 'f { g }')} } ${many(10, () => 'f { g }')} }`)).toBe(pairs + 1);
  expect(steps(`{ ...F ${many(10, () => 'f { g }')} } fragment F on Query { ${many(10, () => 'f { g }')} }`)).toBe(
    // The spread itself, and the fragment by itself.
    pairs + 1 + (10 + 45 + 10 + 45),
  );
});

it('looks at a fragment once for each place, so that fragments that double take no longer', () => {
  const bomb = many(300, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  expect(steps(`{ ...F0 } ${bomb} fragment F300 on Query { f }`)).toBeLessThan(50_000);
});

it('ends with fragments in a circle, and soon after the most that is wanted', () => {
  expect(steps('{ ...F } fragment F on Query { f { ...F } }')).toBeLessThan(200);
  const wide = many(4, (i) => `fragment F${i} on Query { ${many(8, (j) => `f${j} { ...F${(i + j) % 4} }`)} }`);
  expect(steps(`{ ...F0 } ${wide}`, 10_000)).toBeLessThan(10_100);
});
