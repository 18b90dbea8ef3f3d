import { type ASTNode, type DocumentNode, Kind, Lexer, parse, Source, visit } from 'graphql';

/** What of a document counts whichever operation is run. */
export interface DocumentShape {
  readonly operations: number;
  /** Brackets within brackets: selections, lists, objects and types. */
  readonly nesting: number;
  /** Values of the longest list that is written out. */
  readonly listItems: number;
}

const NESTS = new Set<string>([Kind.SELECTION_SET, Kind.LIST, Kind.OBJECT, Kind.LIST_TYPE]);

export function shapeOf(document: DocumentNode): DocumentShape {
  let depth = 0;
  let nesting = 0;
  let listItems = 0;
  visit(document, {
    enter(node: ASTNode) {
      if (!NESTS.has(node.kind)) return;
      depth += 1;
      nesting = Math.max(nesting, depth);
      if (node.kind === Kind.LIST) listItems = Math.max(listItems, node.values.length);
    },
    leave(node: ASTNode) {
      if (NESTS.has(node.kind)) depth -= 1;
    },
  });
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
  return { operations, nesting, listItems };
}

/** The nesting of a document that cannot be parsed for it, as far as its first `maxTokens` tokens. */
export function nestingOf(body: string, maxTokens: number): number {
  const lexer = new Lexer(new Source(body));
  let depth = 0;
  let nesting = 0;
  for (let tokens = 0; tokens <= maxTokens; tokens += 1) {
    const { kind } = lexer.advance();
    if (kind === '{' || kind === '[') nesting = Math.max(nesting, ++depth);
    else if (kind === '}' || kind === ']') depth -= 1;
    else if (kind === '<EOF>') break;
  }
  return nesting;
}

/** Documents of more lines are read without the places of their nodes. */
const LINES_WITH_PLACES = 1_000;

/**
 * The document, without places when it has very many lines: graphql-js counts the lines of the whole document again for each place
 * that an error names, so a megabyte of line breaks before a hundred mistakes takes seconds.
 */
export function withCheapPlaces(document: DocumentNode, body: string): DocumentNode {
  let lines = 0;
  for (const _ of body.matchAll(/\r\n|[\n\r]/g)) {
    lines += 1;
    if (lines > LINES_WITH_PLACES) return parse(body, { noLocation: true });
  }
  return document;
}
