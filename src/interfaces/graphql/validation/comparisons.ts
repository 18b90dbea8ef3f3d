import type { DocumentNode, SelectionSetNode } from 'graphql';
import { type Fragments, fragmentsOf } from './operation-size.ts';

/** Deeper than any operation may be; fragments in a circle would have no end. */
const DEEPEST = 50;

/**
 * About how many steps graphql-js takes to see whether the fields of the document that answer under one name can be merged: it
 * compares each with each. Ends soon after `most`.
 */
export function comparisonsOf(document: DocumentNode, most: number): number {
  const fragments = fragmentsOf(document);
  const none: Fragments = new Map();
  let steps = 0;

  /** The selections of what answers at one place, and of all below. */
  const merge = (sets: readonly SelectionSetNode[], known: Fragments, depth: number): void => {
    const named = new Map<string, { count: number; readonly sets: SelectionSetNode[] }>();
    const spread = new Set<string>();
    const collect = (set: SelectionSetNode): void => {
      for (const node of set.selections) {
        if (steps > most) return;
        steps += 1;
        if (node.kind === 'Field') {
          const name = (node.alias ?? node.name).value;
          const same = named.get(name) ?? { count: 0, sets: [] };
          named.set(name, same);
          steps += same.count;
          same.count += 1;
          if (node.selectionSet) same.sets.push(node.selectionSet);
        } else if (node.kind === 'InlineFragment') {
          collect(node.selectionSet);
        } else if (spread.has(node.name.value)) {
          // Compared once.
        } else {
          steps += spread.size;
          spread.add(node.name.value);
          const fragment = known.get(node.name.value);
          if (fragment) collect(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) collect(set);
    if (depth > DEEPEST) return;
    for (const below of named.values()) if (below.sets.length > 0) merge(below.sets, known, depth + 1);
  };

  for (const node of document.definitions) {
    if (node.kind === 'OperationDefinition') merge([node.selectionSet], fragments, 0);
    if (node.kind === 'FragmentDefinition') merge([node.selectionSet], none, 0);
  }
  return steps;
}
