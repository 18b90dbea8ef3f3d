import { describe, expect, it } from 'vitest';
import { checkText, checkTexts, lengthOf } from '../src/domain/text.ts';
import { asUuid, isUuid } from '../src/domain/uuid.ts';

const problem = (value: string, rule: Parameters<typeof checkText>[2]) => {
  const { problems } = checkText('input.title', value, rule);
  expect(problems.every(({ path }) => path === 'input.title')).toBe(true);
  return problems[0]?.message;
};

describe('a text', () => {
  it('is trimmed', () => {
    expect(checkText('name', ' \t Ada Lovelace \n', { max: 20 })).toEqual({ value: 'Ada Lovelace', problems: [] });
  });

  it('may be as long as its limit, counted in code points', () => {
    expect(problem('😀'.repeat(5), { max: 5 })).toBeUndefined();
    expect(problem('😀'.repeat(6), { max: 5 })).toBe('Must have at most 5 characters; it has 6.');
    expect(lengthOf('a😀')).toBe(2);
  });

  it('must be as long as its least length', () => {
    expect(problem('😀😀', { min: 3, max: 9 })).toBe('Must have at least 3 characters; it has 2.');
    expect(problem('abc', { min: 3, max: 9 })).toBeUndefined();
  });

  it.each(['', '   ', '\n\t', '\u200b\u200d', '\u00a0'])('must not be empty: %j', (value) => {
    expect(problem(value, { max: 10 })).toBe('Must not be empty.');
  });

  it('may be empty where that is allowed', () => {
    expect(checkText('description', '  ', { min: 0, max: 10 })).toEqual({ value: '', problems: [] });
  });

  it.each(['a\0b', 'a\u0007b', 'a\u007fb', 'a\u0085b', 'a\tb'])('has no control characters: %j', (value) => {
    expect(problem(value, { max: 10 })).toBe('Remove the control characters.');
  });

  it.each(['a\nb', 'a\r\nb', 'a\u2028b'])('has one line unless told: %j', (value) => {
    expect(problem(value, { max: 10 })).toBe('Write it in one line, without line breaks.');
  });

  it('of several lines keeps line feeds and tabs, and writes CR LF as LF', () => {
    expect(checkText('body', 'a\r\n\tb\n', { max: 10, multiline: true })).toEqual({ value: 'a\n\tb', problems: [] });
    expect(problem('a\0b', { max: 10, multiline: true })).toBe('Remove the control characters.');
    expect(problem('a\rb', { max: 10, multiline: true })).toBe('Remove the control characters.');
  });

  it('has no lone surrogates', () => {
    expect(problem('a\ud83d', { max: 10 })).toBe('Remove the broken character (half a surrogate pair).');
    expect(problem('\ude00a', { max: 10, multiline: true })).toBe(
      'Remove the broken character (half a surrogate pair).',
    );
  });
});

describe('a list of texts', () => {
  it('names each wrong one by its place', () => {
    const { problems } = checkTexts('input.tags', ['good', ' ', 'bad\0'], { max: 50, maxItems: 20 });
    expect(problems.map(({ path }) => path)).toEqual(['input.tags.1', 'input.tags.2']);
  });

  it('has at most so many', () => {
    const { problems } = checkTexts('input.tags', ['a', 'b', 'c'], { max: 50, maxItems: 2 });
    expect(problems).toEqual([{ path: 'input.tags', message: 'Give at most 2; these are 3.' }]);
  });
});

describe('an id', () => {
  it('is a UUID in either case', () => {
    expect(isUuid('018F6B1C-0000-7000-8000-00000000000a')).toBe(true);
    expect(asUuid('018F6B1C-0000-7000-8000-00000000000A')).toBe('018f6b1c-0000-7000-8000-00000000000a');
  });

  it.each([
    '',
    '1',
    "' OR 1=1",
    '018f6b1c000070008000000000000000',
    '018f6b1c-0000-7000-8000-00000000000a\n',
  ])('is nothing else: %j', (value) => {
    expect(isUuid(value)).toBe(false);
    expect(asUuid(value)).toBeUndefined();
  });
});
