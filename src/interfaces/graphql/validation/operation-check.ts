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

export function operationCheck(schema: GraphQLSchema, limits: DocumentLimits): CheckOperation {
  return (document, operation, variables) => {
    const refusal = variablesRefusal(variables, limits);
    if (refusal) return refusal;
    const cost = costOf(schema, document, operation, variables);
    return cost > limits.cost ? limitExceeded('cost', limits.cost, cost) : null;
  };
}
