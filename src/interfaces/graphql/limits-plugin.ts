import type { ApolloServerPlugin } from '@apollo/server';
import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  type ValidationContext,
} from 'graphql';
import type { DomainError } from '../../domain/domain-error.ts';
import type { Caller } from './caller.ts';
import { withCheapPlaces } from './validation/document-shape.ts';
import { type DocumentLimits, limitErrors, tooNested } from './validation/limits.ts';
import { operationCheck } from './validation/operation-check.ts';

/** What takes the place of a document that is too large: why. */
const refused = new WeakMap<DocumentNode, readonly GraphQLError[]>();

/** Reports why a document was refused in whose place another one is validated. */
export function refusedDocuments(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      for (const error of refused.get(document) ?? []) context.reportError(error);
    },
  };
}

/**
 * The limits of documents and operations, over HTTP. Apollo validates by all rules of graphql-js before any of ours: so that none of
 * them works through a document that is too large, an empty one takes its place, on which `refusedDocuments` reports.
 */
export function limitsPlugin(schema: GraphQLSchema, limits: DocumentLimits): ApolloServerPlugin<Caller> {
  const check = operationCheck(schema, limits);
  return {
    async requestDidStart() {
      return {
        async parsingDidStart({ source }) {
          return async (error) => {
            if (error instanceof RangeError) error.cause = tooNested(source, limits);
          };
        },
        async validationDidStart(context) {
          const { document, source } = context;
          const errors = limitErrors(document, limits);
          const inItsPlace = errors.length > 0 ? parse('{ __typename }') : withCheapPlaces(document, source);
          if (errors.length > 0) refused.set(inItsPlace, errors);
          (context as { document: DocumentNode }).document = inItsPlace;
        },
        async didResolveOperation({ document, operation, request }) {
          const refusal = operation && check(document, operation, request.variables ?? {});
          if (refusal) throw refusedWhole(refusal, 400);
        },
      };
    },
  };
}

/** Nothing of the operation has run: HTTP says so with its status. */
export function refusedWhole(refusal: DomainError, status: number): GraphQLError {
  return new GraphQLError(refusal.message, { originalError: refusal, extensions: { http: { status } } });
}
