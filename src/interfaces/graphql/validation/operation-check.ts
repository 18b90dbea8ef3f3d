import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { DomainError } from '../../../domain/domain-error.ts';
import { costOf } from './cost.ts';
import { type DocumentLimits, limitExceeded, variablesRefusal } from './limits.ts';

/** Why a valid operation may not run with these variables, before anything of it has run; null: it may. */
export type CheckOperation = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
) => DomainError | null;

/** Pages ask for the same with the same few variables: so many of them are known to be within the limits, for each query. */
const KNOWN = 20;
/** Longer ones are worked out each time. */
const SHORT = 500;

export function operationCheck(schema: GraphQLSchema, limits: DocumentLimits): CheckOperation {
  const fitting = new WeakMap<OperationDefinitionNode, Set<string>>();

  const refusalOf: CheckOperation = (document, operation, variables) => {
    const refusal = variablesRefusal(variables, limits);
    if (refusal) return refusal;
    const cost = costOf(schema, document, operation, variables);
    return cost > limits.cost ? limitExceeded('cost', limits.cost, cost) : null;
  };

  return (document, operation, variables) => {
    // Objects and lists may be as deep and long as they like, and those of mutations do not come again.
    const isFlat = Object.values(variables).every((value) => typeof value !== 'object' || value === null);
    if (operation.operation !== 'query' || !isFlat) return refusalOf(document, operation, variables);
    const text = JSON.stringify(variables);
    const known = fitting.get(operation) ?? new Set();
    if (known.has(text)) return null;
    const refusal = refusalOf(document, operation, variables);
    if (!refusal && text.length <= SHORT && known.size < KNOWN) fitting.set(operation, known.add(text));
    return refusal;
  };
}
