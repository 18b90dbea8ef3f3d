import { encodeCursor } from '../../src/application/cursor.ts';

/** Values that break careless code, by what they pretend to be. */

export const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'half \udfff of a pair',
  '\u202Eright to left\u202C',
  'مرحبا بالعالم',
  '\u200b\ufeff',
  '👩‍👩‍👧‍👦'.repeat(40),
  'İıſß',
  '__proto__',
  'constructor',
  'toString',
  "'; DROP TABLE tickets; --",
  '%_\\',
  '%'.repeat(300),
  '{"$gt":""}',
  '#{7*7}',
  'line\r\nbreak\ttab',
  'x'.repeat(501),
  'ä'.repeat(20_001),
  'infinity',
  'NaN',
  'null',
  '-0',
  '9223372036854775808',
  'TSP-1001',
  'tsp-999999999999999999',
  'TSP-9223372036854775808',
  'TSP-00000000000000001001',
  'TSP-1e3',
  'TSP-+1001',
  'TSP-\u0661\u0660\u0660\u0661',
  '__defineGetter__',
  'prototype',
  'hasOwnProperty',
  'constructor.prototype.polluted',
  '\u202Emoc.elpmaxe@\u202Cevil',
  '\ud83d',
  '\udc00\ud800',
  '\uffff\ufffe',
  '\u0001\u001f\u007f\u0085\u2028\u2029',
  'a\u0301'.repeat(250),
  '1 OR 1=1',
  '$1',
  '{{7*7}}',
  '../../../../etc/passwd',
  'file:///etc/passwd',
  'http://169.254.169.254/',
  '=HYPERLINK("http://evil.test")',
  '<script>alert(1)</script>',
  '\\x00',
  '\\u0000',
  "E'\\000'",
  '1e400',
  '-Infinity',
  '0x10',
  '1_000',
  'true',
  '[]',
  '*'.repeat(1_000),
  '(a+)+$'.repeat(30),
  'W'.repeat(70_000),
];
export const WHOLES = [0, 1, -1, 2, 3, 4, 5, 100, 101, 500, 501, 32_767, 32_768, 2_147_483_647, -2_147_483_648];
export const NOT_WHOLES = [2_147_483_648, -2_147_483_649, 9_007_199_254_740_992, 1e308, -1e308, 1.5, 1e-7];
export const INSTANTS = [
  '2026-03-01T09:30:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999-23:59',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-03-01T09:30:60Z',
  '2026-03-01T09:30:00.123456789Z',
  '2026-03-01',
  '2026-03-01T09:30:00',
  '2026-03-01t09:30:00z',
  '2026-03-01 09:30:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01T09:30:00+24:00',
  '2026-03-01T09:30:00-00:00',
  '1582-10-10T00:00:00Z',
  '0099-12-31T23:59:59Z',
  '10000-01-01T00:00:00Z',
  '2026-W10-1',
  '1772357400000',
];
const CURSOR_KINDS = [
  '__proto__',
  'constructor',
  'slaAlerts',
  'log',
  'comments',
  'imports',
  'deadLetters',
  'dead-letters',
  'tickets:CREATED_AT:DESC',
  'tickets:DUE_AT:ASC',
  'tickets:PRIORITY:DESC',
  'tickets:NUMBER:ASC',
];
export const POLLUTING: Record<string, unknown> = JSON.parse(
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
);

/** What stands in JSON as it is, since no value of JavaScript is written so. */
const RAW = /"@raw:([^"]*)"/g;
const RAW_NUMBERS = [
  '1e400',
  '-1e400',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '1E+2',
  '-0',
  '0.1e1',
  '1.0',
  '2147483648',
];

/** The text of a value; what `rawNumber` gave stands in it as a number that JavaScript could not have written. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value).replaceAll(RAW, '$1');
}

type Pick = <T>(values: readonly T[]) => T;

/** See jsonOf. */
export function rawNumber(pick: Pick): string {
  return `@raw:${pick(RAW_NUMBERS)}`;
}

/** Texts that look like cursors of this API, and hold what those never do. */
export function nastyCursor(pick: Pick, below: (n: number) => number, ids: readonly string[]): string {
  const values = Array.from({ length: below(4) }, () =>
    pick<string | number | null>([...TEXTS, ...WHOLES, ...NOT_WHOLES, ...INSTANTS, ...ids, null]),
  );
  const json = (text: string) => Buffer.from(text).toString('base64url');
  return pick([
    encodeCursor(pick(CURSOR_KINDS), values),
    encodeCursor(pick(CURSOR_KINDS), values).slice(0, -2),
    json('{"__proto__":{"polluted":true}}'),
    json('[["log"],{"$gt":""}]'),
    json(`["log",${pick(RAW_NUMBERS)}]`),
    pick(TEXTS),
    'bm9uc2Vuc2U',
  ]);
}

/** Texts that are nearly the id of something that is there. */
export function nastyId(pick: Pick, ids: readonly string[]): unknown {
  const id = pick(ids);
  return pick<unknown>([
    ...TEXTS,
    ...WHOLES,
    id.toUpperCase(),
    `${id} `,
    `{${id}}`,
    `urn:uuid:${id}`,
    id.replaceAll('-', ''),
    `${id}\u0000`,
    id.slice(0, -1),
    `${id}0`,
    id.replace(/^./, '\u0660'),
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '00000000-0000-0000-0000-000000000000',
  ]);
}
