import type { DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

/** How large an operation is once every fragment counts where it is spread. */
export interface OperationSize {
  /** Fields below each other; what lies under `__schema` and `__type` is not counted. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
}

/** Counts stop here: fragments that spread each other double with every line, and no limit is as high. */
const ENOUGH = 1_000_000;
const NOTHING: OperationSize = { depth: 0, aliases: 0, directives: 0, rootFields: 0 };
const sum = (a: number, b: number): number => Math.min(ENOUGH, a + b);

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fragmentsOf(document: DocumentNode): Fragments {
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
  const measured = new Map<string, OperationSize>();

  const fragmentSize = (name: string): OperationSize => {
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

  const selectionSize = (set: SelectionSetNode): OperationSize => {
    let { depth, aliases, directives, rootFields } = NOTHING;
    for (const node of set.selections) {
      directives = sum(directives, node.directives?.length ?? 0);
      let inner = NOTHING;
      if (node.kind === 'Field') {
        if (node.selectionSet) inner = selectionSize(node.selectionSet);
        const introspects = node.name.value === '__schema' || node.name.value === '__type';
        depth = Math.max(depth, introspects ? 1 : 1 + inner.depth);
        rootFields = sum(rootFields, 1);
        if (node.alias) aliases = sum(aliases, 1);
      } else {
        inner = node.kind === 'FragmentSpread' ? fragmentSize(node.name.value) : selectionSize(node.selectionSet);
        depth = Math.max(depth, inner.depth);
        rootFields = sum(rootFields, inner.rootFields);
      }
      aliases = sum(aliases, inner.aliases);
      directives = sum(directives, inner.directives);
    }
    return { depth, aliases, directives, rootFields };
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

/** How often an operation asks for the root field `name`, by whatever aliases and fragments. */
export function countRootField(document: DocumentNode, operation: OperationDefinitionNode, name: string): number {
  const fragments = fragmentsOf(document);
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
  return countIn(operation.selectionSet);
}
