import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

/** How large an operation is once every fragment counts where it is spread. */
export interface OperationSize {
  /** Fields below each other; what lies under `__schema` and `__type` counts apart. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  /** Fields below each other from `__schema` or `__type` on. */
  readonly introspectionDepth: number;
  /** Lists within lists of introspection: each multiplies the answer by all types, fields or arguments of the schema. */
  readonly introspectionLists: number;
}

/** Of a selection; `lists` counts those of introspection, and means nothing elsewhere. */
interface SelectionSize extends OperationSize {
  readonly lists: number;
}

/** Counts stop here: fragments that spread each other double with every line, and no limit is as high. */
const ENOUGH = 1_000_000;
const NOTHING: SelectionSize = {
  depth: 0,
  aliases: 0,
  directives: 0,
  rootFields: 0,
  introspectionDepth: 0,
  introspectionLists: 0,
  lists: 0,
};
const INTROSPECTION_LISTS = new Set([
  'types',
  'directives',
  'fields',
  'args',
  'inputFields',
  'enumValues',
  'interfaces',
  'possibleTypes',
]);
const sum = (a: number, b: number): number => Math.min(ENOUGH, a + b);

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) if (node.kind === 'FragmentDefinition') fragments.set(node.name.value, node);
  return fragments;
}

/**
 * Measures every operation of a document in time linear in its length: each fragment is measured once. A fragment that
 * spreads itself counts as nothing there (another rule refuses it).
 */
export function measureOperations(document: DocumentNode): Map<OperationDefinitionNode, OperationSize> {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, SelectionSize>();

  const fragmentSize = (name: string): SelectionSize => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    const inner = selectionSize(fragment.selectionSet);
    const size = { ...inner, directives: sum(inner.directives, fragment.directives?.length ?? 0) };
    measured.set(name, size);
    return size;
  };

  const selectionSize = (set: SelectionSetNode): SelectionSize => {
    let { depth, aliases, directives, rootFields, introspectionDepth, introspectionLists, lists } = NOTHING;
    for (const node of set.selections) {
      directives = sum(directives, node.directives?.length ?? 0);
      let inner = NOTHING;
      if (node.kind === 'Field') {
        if (node.selectionSet) inner = selectionSize(node.selectionSet);
        const name = node.name.value;
        const introspects = name === '__schema' || name === '__type';
        depth = Math.max(depth, introspects ? 1 : 1 + inner.depth);
        introspectionDepth = Math.max(introspectionDepth, introspects ? 1 + inner.depth : inner.introspectionDepth);
        introspectionLists = Math.max(introspectionLists, introspects ? inner.lists : inner.introspectionLists);
        lists = Math.max(lists, inner.lists + (INTROSPECTION_LISTS.has(name) ? 1 : 0));
        rootFields = sum(rootFields, 1);
        if (node.alias) aliases = sum(aliases, 1);
      } else {
        inner = node.kind === 'FragmentSpread' ? fragmentSize(node.name.value) : selectionSize(node.selectionSet);
        depth = Math.max(depth, inner.depth);
        introspectionDepth = Math.max(introspectionDepth, inner.introspectionDepth);
        introspectionLists = Math.max(introspectionLists, inner.introspectionLists);
        lists = Math.max(lists, inner.lists);
        rootFields = sum(rootFields, inner.rootFields);
      }
      aliases = sum(aliases, inner.aliases);
      directives = sum(directives, inner.directives);
    }
    return { depth, aliases, directives, rootFields, introspectionDepth, introspectionLists, lists };
  };

  const sizes = new Map<OperationDefinitionNode, OperationSize>();
  for (const node of document.definitions) {
    if (node.kind !== 'OperationDefinition') continue;
    const size = selectionSize(node.selectionSet);
    let directives = sum(size.directives, node.directives?.length ?? 0);
    for (const variable of node.variableDefinitions ?? [])
      directives = sum(directives, variable.directives?.length ?? 0);
    sizes.set(node, { ...size, directives });
  }
  return sizes;
}

/** How often a selection asks for the field `name` at its top, by whatever aliases and fragments. */
export function countField(fragments: Fragments, selection: SelectionSetNode, name: string): number {
  const counted = new Map<string, number>();
  const countIn = (set: SelectionSetNode): number => {
    let count = 0;
    for (const node of set.selections) {
      if (node.kind === 'Field') count = sum(count, node.name.value === name ? 1 : 0);
      else if (node.kind === 'InlineFragment') count = sum(count, countIn(node.selectionSet));
      else count = sum(count, countInFragment(node.name.value));
    }
    return count;
  };
  const countInFragment = (fragmentName: string): number => {
    const known = counted.get(fragmentName);
    if (known !== undefined) return known;
    counted.set(fragmentName, 0);
    const fragment = fragments.get(fragmentName);
    const count = fragment ? countIn(fragment.selectionSet) : 0;
    counted.set(fragmentName, count);
    return count;
  };
  return countIn(selection);
}
