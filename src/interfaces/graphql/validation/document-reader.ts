import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, specifiedRules, validate } from 'graphql';
import type { DomainError } from '../../../domain/domain-error.ts';
import { withCheapPlaces } from './document-shape.ts';
import { KeptDocuments } from './kept-documents.ts';
import { type DocumentLimits, limitErrors, tooNested } from './limits.ts';
import { documentRules } from './rules.ts';

interface Options {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly introspection: boolean;
}

/**
 * Parses and validates documents for the WebSocket by the same rules as HTTP. Returns the document, or what is wrong
 * with it as errors that carry the codes Apollo would give them.
 */
export function createDocumentReader(options: Options): (query: string) => DocumentNode | readonly GraphQLError[] {
  const rules = [...specifiedRules, ...documentRules(options.introspection)];
  const kept = new KeptDocuments();

  return (query) => {
    const known = kept.get(query);
    if (known) return known;
    let document: DocumentNode;
    try {
      document = withCheapPlaces(parse(query, { maxTokens: options.limits.tokens }), query);
    } catch (error) {
      if (error instanceof RangeError) return [refusal(tooNested(query, options.limits))];
      return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    }
    const exceeded = limitErrors(document, options.limits);
    if (exceeded.length > 0) return exceeded;
    const errors = validate(options.schema, document, rules, { hideSuggestions: true });
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    kept.set(query, document);
    return document;
  };
}

function refusal(originalError: DomainError): GraphQLError {
  return new GraphQLError(originalError.message, { originalError, extensions: { code: originalError.code } });
}

function withCode(error: unknown, code: string): GraphQLError {
  if (!(error instanceof GraphQLError)) throw error;
  const { message, nodes = null, source = null, positions = null, originalError = null } = error;
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions: { code } });
}
