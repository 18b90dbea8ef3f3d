import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { countField, fragmentsOf } from './operation-size.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What fields cost once that do more than hand over objects. */
const BASE: Readonly<Record<string, number>> = {
  'Query.previewSlaPolicy': 500,
  'Query.queueStats': 20,
  'Reports.averageResolution': 50,
  'Reports.escalatedPerMonth': 50,
  'Reports.topAgents': 50,
  'Reports.weeklyStatus': 50,
};
const MUTATION_BASE = 10;
/** Counting a list reads all of it. */
const COUNT_COST = 10;
/** What a list without a size to ask for is taken to hold. */
const ASSUMED_SIZE = 5;
/** No list gives more at a time, so that a larger wish is refused by its own field, with the field's words. */
const LARGEST_PAGE = 500;
const ENOUGH = 1_000_000_000;
const SIZES = ['first', 'limit', 'weeks'];
/** Parts of a connection, paid for with the connection. */
const PARTS = new Set(['edges', 'node', 'nodes', 'pageInfo']);

const sum = (a: number, b: number): number => Math.min(ENOUGH, a + b);

/** The name of the argument by which callers say how much of a list they want; null: there is none. */
function sizeArgument(field: GraphQLField<unknown, unknown>): string | null {
  return field.args.find(({ name }) => SIZES.includes(name))?.name ?? null;
}

function baseOf(type: string, name: string, mutation: string | undefined): number {
  return BASE[`${type}.${name}`] ?? (type === mutation ? MUTATION_BASE : 0);
}

const isConnection = (name: string): boolean => name.endsWith('Connection');

/** What the schema says of a field's cost; null: it costs 1 and what is asked of it, like every object. */
export function costNote(type: string, field: GraphQLField<unknown, unknown>): string | null {
  const named = getNamedType(field.type);
  const base = BASE[`${type}.${field.name}`];
  const size = isLeafType(named) ? null : sizeArgument(field);
  if (size === null) return base === undefined ? null : `Costs ${base} and what is asked of it.`;
  const count = isConnection(named.name) ? `, and ${COUNT_COST} for totalCount` : '';
  return `Costs ${base === undefined ? '' : `${base} + `}"${size}" x (1 + what is asked of each)${count}.`;
}

/** How costs are counted, in words for the schema. */
export const COST_MODEL = `An operation costs the sum of what it asks for, and a limit bounds that (MAX_COST, 20,000 unless set otherwise; beyond it LIMIT_EXCEEDED, before anything is run). A value costs nothing, an object 1, a list "first" x (1 + what is asked of each), so that lists within lists multiply; a list without "first" counts as ${ASSUMED_SIZE}, totalCount as ${COUNT_COST}, a mutation as ${MUTATION_BASE} more.`;

/** What an operation with these variables costs. The document is valid; time linear in its length. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  const fragments = fragmentsOf(document);
  const mutation = schema.getMutationType()?.name;
  const known = new Map<string, number>();

  const given = (node: ValueNode | undefined): unknown => {
    if (node?.kind === 'IntValue') return Number(node.value);
    if (node?.kind === 'BooleanValue') return node.value;
    if (node?.kind !== 'Variable') return undefined;
    const name = node.name.value;
    if (Object.hasOwn(variables, name)) return variables[name];
    return given(operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue);
  };

  /** Left out by @skip or @include. */
  const isLeftOut = (node: SelectionSetNode['selections'][number]): boolean =>
    (node.directives ?? []).some((directive) => {
      const { value: name } = directive.name;
      if (name !== 'skip' && name !== 'include') return false;
      return given(argument(directive.arguments, 'if')) === (name === 'skip');
    });

  const sizeOf = (node: FieldNode, field: GraphQLField<unknown, unknown>): number => {
    const name = sizeArgument(field);
    if (name === null) return isListType(getNullableType(field.type)) ? ASSUMED_SIZE : 1;
    const byDefault = field.args.find((arg) => arg.name === name)?.defaultValue;
    const wanted = given(argument(node.arguments, name)) ?? byDefault;
    return typeof wanted === 'number' ? Math.min(LARGEST_PAGE, Math.max(0, wanted)) : ASSUMED_SIZE;
  };

  const fieldCost = (node: FieldNode, parent: GraphQLNamedType): number => {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const type = getNamedType(field.type);
    const base = baseOf(parent.name, field.name, mutation);
    if (isLeafType(type) || !node.selectionSet) return base;
    const contents = selectionCost(node.selectionSet, type);
    if (PARTS.has(field.name) && /(?:Connection|Edge)$/.test(parent.name)) return contents;
    const cost = sum(base, Math.min(ENOUGH, sizeOf(node, field) * sum(1, contents)));
    const isCounted = isConnection(type.name) && countField(fragments, node.selectionSet, 'totalCount') > 0;
    return isCounted ? sum(cost, COUNT_COST) : cost;
  };

  const fragmentCost = (name: string): number => {
    const cost = known.get(name);
    if (cost !== undefined) return cost;
    known.set(name, 0);
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const found = fragment && type ? selectionCost(fragment.selectionSet, type) : 0;
    known.set(name, found);
    return found;
  };

  const selectionCost = (set: SelectionSetNode, type: GraphQLNamedType): number => {
    let cost = 0;
    for (const node of set.selections) {
      if (isLeftOut(node)) continue;
      if (node.kind === 'Field') cost = sum(cost, fieldCost(node, type));
      else if (node.kind === 'FragmentSpread') cost = sum(cost, fragmentCost(node.name.value));
      else {
        const condition = node.typeCondition && schema.getType(node.typeCondition.name.value);
        cost = sum(cost, selectionCost(node.selectionSet, condition ?? type));
      }
    }
    return cost;
  };

  const root = schema.getRootType(operation.operation);
  return root ? selectionCost(operation.selectionSet, root) : 0;
}

function argument(given: readonly ArgumentNode[] | undefined, name: string): ValueNode | undefined {
  return given?.find((node) => node.name.value === name)?.value;
}
