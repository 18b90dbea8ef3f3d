import { type ASTVisitor, GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';

/** Refuses `__schema` and `__type`; `__typename` stays. */
function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value !== '__schema' && node.name.value !== '__type') return;
      context.reportError(
        new GraphQLError('Introspection is off on this server. The schema is published with its documentation.', {
          nodes: node,
        }),
      );
    },
  };
}

/** What every document must pass besides GraphQL's own rules and the limits, over HTTP and WebSocket alike. */
export function documentRules(introspection: boolean): readonly ValidationRule[] {
  return introspection ? [] : [noIntrospection];
}

/** Each error about a variable holds the variable: after so many the rest are not looked for. */
export const EXECUTION_OPTIONS = { maxCoercionErrors: 10 } as const;
