import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** What answers at one place: the nodes that are merged there, by their response key, in the order of the answer. */
export type Selection = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

/** Finds what a selection asks for, as CollectFields of the specification does, with the variables of one request. */
export class SelectionReader {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Variables;

  constructor(schema: GraphQLSchema, document: DocumentNode, variables: Variables) {
    this.#schema = schema;
    this.#variables = variables;
    this.#fragments = new Map(
      document.definitions.flatMap((node) => (node.kind === 'FragmentDefinition' ? [[node.name.value, node]] : [])),
    );
  }

  /** What these nodes, which answer together, ask of a `type`. */
  below(
    type: GraphQLObjectType,
    nodes: readonly { readonly selectionSet?: SelectionSetNode | undefined }[],
  ): Selection {
    const found = new Map<string, [FieldNode, ...FieldNode[]]>();
    const spread = new Set<string>();
    for (const { selectionSet } of nodes) if (selectionSet) this.#collect(type, selectionSet, found, spread);
    return found;
  }

  #collect(
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
    found: Map<string, [FieldNode, ...FieldNode[]]>,
    spread: Set<string>,
  ): void {
    for (const node of selections) {
      if (!this.#isIncluded(node)) continue;
      if (node.kind === 'Field') {
        const key = (node.alias ?? node.name).value;
        const same = found.get(key);
        if (same) same.push(node);
        else found.set(key, [node]);
      } else if (node.kind === 'InlineFragment') {
        if (this.#applies(type, node.typeCondition?.name.value)) this.#collect(type, node.selectionSet, found, spread);
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        const fragment = this.#fragments.get(node.name.value);
        if (fragment && this.#applies(type, fragment.typeCondition.name.value)) {
          this.#collect(type, fragment.selectionSet, found, spread);
        }
      }
    }
  }

  #isIncluded(node: SelectionSetNode['selections'][number]): boolean {
    if (!node.directives?.length) return true;
    if (getDirectiveValues(GraphQLSkipDirective, node, this.#variables)?.if === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, node, this.#variables)?.if !== false;
  }

  #applies(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.#schema.getType(condition);
    return isAbstractType(wanted) && this.#schema.isSubType(wanted, type);
  }
}

/** The variables that decide what a document selects: those in directives. */
export function switchesIn(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? []) if (value.kind === 'Variable') names.add(value.name.value);
    },
  });
  return [...names];
}

/** The single field that an operation asks its root for, or null when it asks for others too. */
export function onlyField(
  reader: SelectionReader,
  root: GraphQLObjectType,
  operation: OperationDefinitionNode,
): { readonly key: string; readonly nodes: readonly [FieldNode, ...FieldNode[]] } | null {
  const selection = [...reader.below(root, [operation])];
  const [first] = selection;
  return first && selection.length === 1 ? { key: first[0], nodes: first[1] } : null;
}
