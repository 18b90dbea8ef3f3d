import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';

/** The argument of a subscription that says where it begins, and nothing of what is told from there on. */
const CURSOR_ARGUMENT = 'after';

/** The variable that is only used as the cursor of the subscription; null when there is none. */
export function cursorVariable(document: DocumentNode, operation: OperationDefinitionNode): string | null {
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD) return null;
  const value = field.arguments?.find(({ name }) => name.value === CURSOR_ARGUMENT)?.value;
  if (value?.kind !== Kind.VARIABLE) return null;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      if (name.value === value.name.value) uses += 1;
    },
  });
  return uses === 1 ? value.name.value : null;
}
