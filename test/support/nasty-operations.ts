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
import { randomNumbers } from './naive-reports.ts';
import {
  INSTANTS,
  jsonOf,
  NOT_WHOLES,
  nastyCursor,
  nastyId,
  POLLUTING,
  rawNumber,
  TEXTS,
  WHOLES,
} from './nasty-values.ts';

export interface NastyOperation {
  readonly field: string;
  readonly query: string;
  /** The values of its variables as JSON, which may hold what no value of JavaScript is written as. */
  readonly variables: string;
  /** The request as JSON. */
  readonly body: string;
}

/** Operations on every field that the schema offers, with values that break careless code; the same for the same seed. */
export function nastyOperations(schema: GraphQLSchema, seed: number, ids: readonly string[]) {
  const random = randomNumbers(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;

  /** What no type asks for. */
  const foreign = (): unknown =>
    pick<unknown>([
      ...[null, true, {}, [], [[]], [null], pick(TEXTS), ...NOT_WHOLES, rawNumber(pick)],
      ...[
        POLLUTING,
        { $gt: '' },
        { $ne: null },
        { $where: 'sleep(5000)' },
        [{ $gt: '' }],
        { toString: 1 },
        { length: 1e9 },
      ],
    ]);

  const leaf = (type: string, name: string): unknown => {
    switch (type) {
      case 'Int':
        return random() < 0.85 ? pick(WHOLES) : pick<unknown>([...NOT_WHOLES, rawNumber(pick)]);
      case 'Boolean':
        return random() < 0.5;
      case 'DateTime':
        return random() < 0.85 ? pick(INSTANTS) : pick(TEXTS);
      case 'ID':
        return random() < 0.6 ? pick(ids) : nastyId(pick, ids);
      default:
        return name === 'after' || name === 'refreshToken' ? nastyCursor(pick, below, ids) : pick(TEXTS);
    }
  };

  const makeValue = (type: GraphQLInputType, name: string, depth = 0): unknown => {
    if (random() < 0.05) return foreign();
    if (isNonNullType(type)) return makeValue(type.ofType as GraphQLInputType, name, depth);
    if (isListType(type)) return Array.from({ length: below(4) }, () => makeValue(type.ofType, name, depth));
    if (isEnumType(type)) return random() < 0.95 ? pick(type.getValues()).name : pick(TEXTS);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => needed(field.type) || random() < 0.4);
      const entries = fields.map((field): [string, unknown] => [
        field.name,
        makeValue(field.type, field.name, depth + 1),
      ]);
      // Not by assignment, which would set the prototype.
      const more = random() < 0.03 ? Object.entries(POLLUTING) : [];
      return Object.fromEntries([...entries, ...more]);
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
      if (random() < 0.15) return `${argument.name}: ${literalOf(makeValue(argument.type, argument.name))}`;
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
    const selected = call(field, 3, variables);
    const declared = [...variables].map(([name, [type]]) => `$${name}: ${type}`).join(', ');
    const query = `${kind} ${declared ? `(${declared})` : ''} { ${selected} }`;
    const given = Object.fromEntries([...variables].map(([name, [, value]]) => [name, value]));
    const more = random() < 0.05 ? { operationName: foreign(), extensions: foreign() } : {};
    return {
      field: `${kind} ${field.name}`,
      query,
      variables: jsonOf(given),
      body: jsonOf({ query, variables: given, ...more }),
    };
  };
}

/** Without a default a value has to come. */
function needed(type: GraphQLArgument['type']): boolean {
  return type instanceof GraphQLNonNull;
}

/** A value as it is written in a document. */
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, inner]) => `${name.replaceAll(/\W/g, '_')}: ${literalOf(inner)}`);
    return `{${fields.join(', ')}}`;
  }
  // The names of enum values are written as they are.
  if (typeof value === 'string' && /^[A-Z][A-Z_]+$/.test(value) && value !== 'W') return value;
  return jsonOf(value);
}
