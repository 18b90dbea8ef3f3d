import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { encodeCursor } from '../../src/application/cursor.ts';
import { randomNumbers } from './naive-reports.ts';

export interface NastyOperation {
  readonly field: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const TEXTS = [
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
];
const WHOLES = [0, 1, -1, 2, 3, 4, 5, 100, 101, 500, 501, 32_767, 32_768, 2_147_483_647, -2_147_483_648];
const NOT_WHOLES = [2_147_483_648, -2_147_483_649, 9_007_199_254_740_992, 1e308, -1e308, 1.5, 1e-7];
const INSTANTS = [
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
];
const CURSOR_KINDS = [
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
const ORDERLY: Record<string, unknown> = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}');

/** Operations on every field that the schema offers, with values that break careless code; the same for the same seed. */
export function nastyOperations(schema: GraphQLSchema, seed: number, ids: readonly string[]) {
  const random = randomNumbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;

  const cursor = (): string => {
    const values = Array.from({ length: below(4) }, () =>
      pick<string | number | null>([...TEXTS, ...WHOLES, ...NOT_WHOLES, ...INSTANTS, ...ids, null]),
    );
    return pick([encodeCursor(pick(CURSOR_KINDS), values), pick(TEXTS), 'bm9uc2Vuc2U']);
  };

  /** What no type asks for. */
  const foreign = (): unknown =>
    pick<unknown>([null, true, {}, [], [[]], ORDERLY, { $gt: '' }, { $ne: null }, ...NOT_WHOLES, pick(TEXTS), [null]]);

  const leaf = (type: string, name: string): unknown => {
    switch (type) {
      case 'Int':
        return random() < 0.85 ? pick(WHOLES) : pick(NOT_WHOLES);
      case 'Boolean':
        return random() < 0.5;
      case 'DateTime':
        return random() < 0.85 ? pick(INSTANTS) : pick(TEXTS);
      case 'ID':
        return random() < 0.6
          ? pick(ids)
          : pick<unknown>([...TEXTS, ...WHOLES, pick(ids).toUpperCase(), `${pick(ids)} `]);
      default:
        return name === 'after' || name === 'refreshToken' ? cursor() : pick(TEXTS);
    }
  };

  const makeValue = (type: GraphQLInputType, name: string, depth = 0): unknown => {
    if (random() < 0.05) return foreign();
    if (isNonNullType(type)) return makeValue(type.ofType as GraphQLInputType, name, depth);
    if (isListType(type)) return Array.from({ length: below(4) }, () => makeValue(type.ofType, name, depth));
    if (isEnumType(type)) return random() < 0.95 ? pick(type.getValues()).name : pick(TEXTS);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => needed(field.type) || random() < 0.4);
      return Object.fromEntries(fields.map((field) => [field.name, makeValue(field.type, field.name, depth + 1)]));
    }
    return leaf(getNamedType(type).name, name);
  };

  const selection = (
    type: GraphQLOutputType,
    depth: number,
    variables: Map<string, [GraphQLInputType, unknown]>,
  ): string => {
    const named = getNamedType(type);
    if (isLeafType(named)) return '';
    if (isInterfaceType(named)) return '{ __typename id }';
    if (!isObjectType(named)) return '{ __typename }';
    const fields = Object.values(named.getFields()).filter(
      (field) => (isLeafType(getNamedType(field.type)) || depth > 0) && random() < 0.5,
    );
    return `{ __typename ${fields.map((field) => call(field, depth - 1, variables)).join(' ')} }`;
  };

  const call = (
    field: GraphQLField<unknown, unknown>,
    depth: number,
    variables: Map<string, [GraphQLInputType, unknown]>,
  ): string => {
    const given = field.args.filter((argument) => needed(argument.type) || random() < 0.4);
    const passed = given.map((argument) => {
      const name = `v${variables.size}`;
      variables.set(name, [argument.type, makeValue(argument.type, argument.name)]);
      return `${argument.name}: $${name}`;
    });
    const args = passed.length > 0 ? `(${passed.join(', ')})` : '';
    return `${field.name}${args} ${selection(field.type, depth, variables)}`;
  };

  return (kind: 'query' | 'mutation' | 'subscription'): NastyOperation => {
    const root = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[kind];
    const field = pick(Object.values(root?.getFields() ?? {}));
    const variables = new Map<string, [GraphQLInputType, unknown]>();
    const body = call(field, 3, variables);
    const declared = [...variables].map(([name, [type]]) => `$${name}: ${type}`).join(', ');
    return {
      field: `${kind} ${field.name}`,
      query: `${kind} ${declared ? `(${declared})` : ''} { ${body} }`,
      variables: Object.fromEntries([...variables].map(([name, [, value]]) => [name, value])),
    };
  };
}

/** Without a default a value has to come. */
function needed(type: GraphQLArgument['type']): boolean {
  return type instanceof GraphQLNonNull;
}
