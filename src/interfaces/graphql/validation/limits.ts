import { type ASTVisitor, GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';
import { DomainError } from '../../../domain/domain-error.ts';
import { measureOperations, type OperationSize } from './operation-size.ts';

/** How large an operation may be; the same over HTTP and WebSocket (docs/adr/0008). */
export interface DocumentLimits extends OperationSize {
  /** Lexical tokens of the whole document. */
  readonly tokens: number;
}

export const DOCUMENT_LIMITS: DocumentLimits = {
  tokens: 5_000,
  depth: 15,
  aliases: 30,
  rootFields: 20,
  directives: 50,
};

const ADVICE: Record<keyof DocumentLimits, string> = {
  tokens: 'Shorten the document or split it into several operations.',
  depth: 'Ask for what lies deeper in a second operation.',
  aliases: 'Split it into several operations.',
  rootFields: 'Split it into several operations.',
  directives: 'Leave some out or split it into several operations.',
};

const MEASURED = ['depth', 'aliases', 'rootFields', 'directives'] as const satisfies readonly (keyof OperationSize)[];

/** LIMIT_EXCEEDED for one of the limits, saying what to do. */
export function limitExceeded(limit: keyof DocumentLimits, max: number, actual: number): DomainError<'LIMIT_EXCEEDED'> {
  const message = `The limit "${limit}" is ${max}, and this has ${actual}. ${ADVICE[limit]}`;
  return new DomainError('LIMIT_EXCEEDED', message, { limit, max, actual });
}

/** The validation rule that reports every limit that an operation of the document exceeds. */
export function limitsRule(limits: DocumentLimits): ValidationRule {
  return (context: ValidationContext): ASTVisitor => ({
    Document(document) {
      for (const [operation, size] of measureOperations(document)) {
        for (const limit of MEASURED) {
          if (size[limit] <= limits[limit]) continue;
          const originalError = limitExceeded(limit, limits[limit], size[limit]);
          context.reportError(new GraphQLError(originalError.message, { nodes: operation, originalError }));
        }
      }
    },
  });
}
