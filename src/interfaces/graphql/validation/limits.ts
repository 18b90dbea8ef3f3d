import { type DocumentNode, GraphQLError } from 'graphql';
import { DomainError } from '../../../domain/domain-error.ts';
import { comparisonsOf } from './comparisons.ts';
import { nestingOf, shapeOf } from './document-shape.ts';
import { measureOperations } from './operation-size.ts';

/** How large an operation and its variables may be; the same over HTTP and WebSocket (docs/adr/0008). */
export interface DocumentLimits {
  /** Lexical tokens of the whole document. */
  readonly tokens: number;
  /** Operations in the document. */
  readonly operations: number;
  /** Fields below each other, introspection apart. */
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  readonly directives: number;
  /** Values in any list, in the document or in the variables. */
  readonly listItems: number;
  /** What the operation may ask for: sizes of lists by weights (cost.ts). */
  readonly cost: number;
}

export const DOCUMENT_LIMITS: DocumentLimits = {
  tokens: 5_000,
  operations: 50,
  depth: 15,
  aliases: 30,
  rootFields: 20,
  directives: 50,
  listItems: 1_000,
  cost: 20_000,
};

/** graphql-js counts otherwise, and ends its own comparison of fields after so many steps. */
const LAST_COMPARISON = 500_000;

/** Not for operators to choose: the standard introspection query fits, and no honest document comes near. */
const FIXED = {
  nesting: 200,
  introspectionDepth: 20,
  introspectionLists: 3,
  comparisons: 100_000,
} as const;

const ADVICE = {
  tokens: 'Shorten the document or split it into several.',
  operations: 'Send only the operations that you run.',
  nesting: 'Put fewer brackets within brackets.',
  depth: 'Ask for what lies deeper in a second operation.',
  aliases: 'Split it into several operations.',
  rootFields: 'Split it into several operations.',
  directives: 'Leave some out or split it into several operations.',
  introspectionDepth: 'Ask for less depth of the schema; the standard introspection query passes.',
  introspectionLists: 'Ask for fewer lists within lists of the schema; the standard introspection query passes.',
  comparisons: 'Write each field once in a selection instead of repeating it.',
  listItems: 'Send the values in several operations.',
  variableValues: 'Send the values in several operations.',
  cost: 'Ask for fewer elements with "first", above all in lists within lists, or split it into several operations.',
  batch: 'Send one operation in each request; HTTP/2 and keep-alive make that cheap.',
} as const satisfies Record<keyof DocumentLimits | keyof typeof FIXED | 'variableValues' | 'batch', string>;

/**
 * LIMIT_EXCEEDED for one of the limits, saying what to do; `where` is what exceeded it, when that is not the operation. What was not
 * counted beyond `mostCounted` is told as such.
 */
export function limitExceeded(
  limit: keyof typeof ADVICE,
  max: number,
  actual: number,
  {
    where = 'this',
    mostCounted = Number.POSITIVE_INFINITY,
  }: { readonly where?: string; readonly mostCounted?: number } = {},
): DomainError<'LIMIT_EXCEEDED'> {
  const isMore = actual >= mostCounted;
  const has = isMore ? `at least ${actual}` : actual;
  const message = `The limit "${limit}" is ${max}, and ${where} has ${has}. ${ADVICE[limit]}`;
  return new DomainError('LIMIT_EXCEEDED', message, { limit, max, actual, ...(isMore ? { atLeast: true } : {}) });
}

/**
 * Every limit that a parsed document exceeds, found in time linear in its length. Asked before the document is validated: rules of
 * graphql-js compare each field with each.
 */
export function limitErrors(document: DocumentNode, limits: DocumentLimits): readonly GraphQLError[] {
  const max = { ...limits, ...FIXED };
  const errors: GraphQLError[] = [];
  const refuse = (originalError: DomainError, nodes: DocumentNode['definitions'][number] | null): void => {
    errors.push(
      new GraphQLError(originalError.message, { nodes, originalError, extensions: { code: originalError.code } }),
    );
  };
  const shape = shapeOf(document);
  for (const limit of ['operations', 'nesting', 'listItems'] as const) {
    if (shape[limit] > max[limit]) refuse(limitExceeded(limit, max[limit], shape[limit]), null);
  }
  // A thousand operations would otherwise be a thousand errors.
  if (errors.length > 0) return errors;
  for (const [operation, size] of measureOperations(document)) {
    for (const limit of [
      'depth',
      'aliases',
      'rootFields',
      'directives',
      'introspectionDepth',
      'introspectionLists',
    ] as const) {
      if (size[limit] > max[limit]) refuse(limitExceeded(limit, max[limit], size[limit]), operation);
    }
  }
  if (errors.length > 0) return errors;
  const comparisons = comparisonsOf(document, max.comparisons);
  if (comparisons > max.comparisons) refuse(limitExceeded('comparisons', max.comparisons, comparisons), null);
  return errors;
}

/** The variables may hold as many values as so many lists of the longest. */
const LISTS_IN_VARIABLES = 10;

/** What it means that the parser of graphql-js ran out of stack. */
export function tooNested(body: string, limits: DocumentLimits): DomainError<'LIMIT_EXCEEDED'> {
  return limitExceeded('nesting', FIXED.nesting, nestingOf(body, limits.tokens));
}

/** What it means that graphql-js gave up comparing fields; how many comparisons are missing is not known. */
export function tooManyComparisons(): DomainError<'LIMIT_EXCEEDED'> {
  return limitExceeded('comparisons', LAST_COMPARISON, LAST_COMPARISON + 1, { mostCounted: LAST_COMPARISON });
}

/**
 * Why the variables are too large: a list in them, or all that they hold; null: they are not. However deep they are, in time linear in
 * their length. What is wrong with a value is told by a message that graphql-js writes the whole variable into, so all of it is bounded.
 */
export function variablesRefusal(variables: unknown, { listItems }: DocumentLimits): DomainError | null {
  const most = listItems * LISTS_IN_VARIABLES;
  let values = 0;
  const rest: { readonly path: string; readonly value: unknown }[] = [{ path: '', value: variables }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { path, value } = next;
    if (Array.isArray(value)) {
      if (value.length > listItems)
        return limitExceeded('listItems', listItems, value.length, { where: `"${shown(path)}"` });
      values += value.length;
      for (const item of value) if (isContainer(item)) rest.push({ path: `${path}[]`, value: item });
    } else if (isContainer(value)) {
      const entries = Object.entries(value);
      values += entries.length;
      for (const [key, item] of entries) {
        if (isContainer(item)) rest.push({ path: path === '' ? key : `${path}.${key}`, value: item });
      }
    }
  }
  return values > most ? limitExceeded('variableValues', most, values, { where: 'what the variables hold' }) : null;
}

/** A list, or an object as JSON has them: an upload is neither. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function shown(path: string): string {
  return path.length <= 80 ? path : `${path.slice(0, 77)}…`;
}
