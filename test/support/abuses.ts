/** Something that a hostile client sends, and what it must come to: the limit that it exceeds, the code of its refusal, or an answer. */
export interface Abuse {
  readonly name: string;
  readonly query: string;
  /** As JSON text: some cannot be made by JSON.stringify. */
  readonly variables?: string;
  readonly refused: { readonly code: string; readonly limit?: string } | null;
}

const over = (limit: string) => ({ code: 'LIMIT_EXCEEDED', limit });
const INVALID = { code: 'GRAPHQL_VALIDATION_FAILED' };
const BAD_INPUT = { code: 'VALIDATION_FAILED' };

const many = (count: number, each: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => each(i)).join(' ');
const nested = (count: number, open: string, inner: string, close: string): string =>
  open.repeat(count) + inner + close.repeat(count);
const onPerson = (count: number, each: (i: number) => string): string =>
  `${many(count, (i) => `fragment F${i} on Person { ${each(i)} }`)} fragment F${count} on Person { id }`;

const repeated = (times: number, depth: number): string =>
  (depth === 0 ? 'id ' : `friend { ${repeated(times, depth - 1)} } `).repeat(times);

/** Documents against the small schema of test/support/edge.ts. */
export const ABUSES: readonly Abuse[] = [
  { name: '100,000 aliases', query: `{ person { ${many(100_000, (i) => `a${i}:id`)} } }`, refused: over('tokens') },
  { name: '1,600 aliases', query: `{ person { ${many(1_600, (i) => `a${i}: id`)} } }`, refused: over('aliases') },
  { name: '4,900 times one field', query: `{ person { ${'id '.repeat(4_900)} } }`, refused: over('comparisons') },
  {
    name: '1,240 times one object',
    query: `{ person { ${'friend { id } '.repeat(1_240)} } }`,
    refused: over('comparisons'),
  },
  {
    name: 'ten times one object, three times deep',
    query: `{ person { ${repeated(10, 2)} } }`,
    refused: over('comparisons'),
  },
  {
    name: '450 fragments in one selection',
    query: `{ person { ${many(450, (i) => `...F${i}`)} } } ${onPerson(450, () => 'id')}`,
    refused: over('comparisons'),
  },
  {
    name: '1,600 fields deep',
    query: `{ person { ${nested(1_600, 'friend { ', 'id', ' }')} } }`,
    refused: over('nesting'),
  },
  { name: '100 fields deep', query: `{ person { ${nested(100, 'friend { ', 'id', ' }')} } }`, refused: over('depth') },
  {
    name: '1,600 inline fragments deep',
    query: `{ person { ${nested(1_600, '... { ', 'id', ' }')} } }`,
    refused: over('nesting'),
  },
  { name: 'a list 2,400 deep', query: `{ ids(ids: ${nested(2_400, '[', '1', ']')}) }`, refused: over('nesting') },
  { name: 'an object 1,200 deep', query: `{ ids(ids: ${nested(1_200, '{a:', '1', '}')}) }`, refused: over('nesting') },
  {
    name: 'a type 2,400 deep',
    query: `query ($a: ${nested(2_400, '[', 'Int', ']')}) { hello }`,
    refused: over('nesting'),
  },
  {
    name: 'a chain of 1,000 fragments',
    query: `{ person { ...F0 } } ${onPerson(1_000, (i) => `...F${i + 1}`)}`,
    refused: over('tokens'),
  },
  {
    name: 'a chain of 400 fragments, a field deeper each',
    query: `{ person { ...F0 } } ${onPerson(400, (i) => `friend { ...F${i + 1} }`)}`,
    refused: over('depth'),
  },
  {
    name: 'fragments that double their aliases',
    query: `{ person { ...F0 } } ${onPerson(300, (i) => `a${i}: id ...F${i + 1} ...F${i + 1}`)}`,
    refused: over('aliases'),
  },
  {
    name: 'fragments that double their depth',
    query: `{ person { ...F0 } } ${onPerson(250, (i) => `friend { ...F${i + 1} } friend { ...F${i + 1} }`)}`,
    refused: over('depth'),
  },
  {
    name: 'fragments that double',
    query: `{ person { ...F0 } } ${onPerson(400, (i) => `...F${i + 1} ...F${i + 1}`)}`,
    refused: null,
  },
  {
    name: 'fragments that each spread all later ones',
    query: `{ person { ...F0 } } ${onPerson(55, (i) => many(55 - i, (j) => `...F${i + j + 1}`))}`,
    refused: null,
  },
  {
    name: '400 fragments in a circle',
    query: `{ person { ...F0 } } ${many(400, (i) => `fragment F${i} on Person { ...F${(i + 1) % 400} }`)}`,
    refused: INVALID,
  },
  {
    name: '45 fragments that spread each other',
    query: `{ person { ...F0 } } ${many(45, (i) => `fragment F${i} on Person { ${many(45, (j) => `...F${j}`)} }`)}`,
    refused: INVALID,
  },
  { name: '600 directives', query: `{ person { id ${'@skip(if: true) '.repeat(600)} } }`, refused: over('directives') },
  {
    name: '2,400 directives that there are not',
    query: `{ hello ${'@a '.repeat(2_400)} }`,
    refused: over('directives'),
  },
  { name: '900 operations', query: many(900, (i) => `query Q${i} { hello }`), refused: over('operations') },
  { name: '1,200 variables', query: `query (${many(1_200, (i) => `$v${i}: Int`)}) { hello }`, refused: INVALID },
  { name: '1,600 times one argument', query: `{ hello(${'name: 1 '.repeat(1_600)}) }`, refused: INVALID },
  {
    name: '1,600 times one argument after 450,000 lines',
    query: `${'\n'.repeat(450_000)}{ hello(${'name: 1 '.repeat(1_600)}) }`,
    refused: INVALID,
  },
  { name: '4,900 unknown fields', query: `{ person { ${many(4_900, (i) => `u${i}`)} } }`, refused: INVALID },
  {
    name: '4,900 unknown fields after 450,000 lines',
    query: `${'\n'.repeat(450_000)}{ person { ${many(4_900, (i) => `u${i}`)} } }`,
    refused: INVALID,
  },
  { name: '200,000 commas and comments', query: `${',#\n'.repeat(200_000)}{ hello }`, refused: null },
  { name: 'a string of 900 KB', query: `{ hello(times: "${'x'.repeat(900_000)}") }`, refused: INVALID },
  {
    name: 'a string that does not end',
    query: `{ hello(name: "${'x'.repeat(900_000)}`,
    refused: { code: 'GRAPHQL_PARSE_FAILED' },
  },
  {
    name: 'a block string of 150,000 lines',
    query: `{ hello(times: """${'\n x'.repeat(150_000)}""") }`,
    refused: INVALID,
  },
  { name: 'a name of 900 KB', query: `{ ${'x'.repeat(900_000)} }`, refused: INVALID },
  { name: 'a list of 4,900 written out', query: `{ ids(ids: [${'1 '.repeat(4_900)}]) }`, refused: over('listItems') },
  {
    name: 'a variable of 400,000 values',
    query: 'query ($i: [Int!]) { ids(ids: $i) }',
    variables: `{"i":[${'1,'.repeat(400_000)}1]}`,
    refused: over('listItems'),
  },
  {
    name: 'a variable of 990 wrong values',
    query: 'query ($i: [Int!]) { ids(ids: $i) }',
    variables: `{"i":[${`"${'x'.repeat(100)}",`.repeat(990)}1]}`,
    refused: BAD_INPUT,
  },
  {
    name: 'a variable 10,000 deep',
    query: 'query ($i: [Int!]) { ids(ids: $i) }',
    variables: `{"i":${nested(10_000, '[', '', ']')}}`,
    refused: BAD_INPUT,
  },
  {
    name: 'a variable of 50,000 unknown fields',
    query: 'query ($i: AddInput!) { add(input: $i) }',
    variables: `{"i":{"priority":1${Array.from({ length: 50_000 }, (_, i) => `,"k${i}":${i}`).join('')}}}`,
    refused: over('variableValues'),
  },
  {
    name: 'introspection in circles',
    query: `{ __schema { types { ${nested(8, 'fields { type { ', 'name', ' } } ')} } } }`,
    refused: over('introspectionLists'),
  },
  {
    name: 'introspection in circles of fragments',
    query: `{ __schema { types { ...T0 } } } ${many(8, (i) => `fragment T${i} on __Type { fields { type { ...T${i + 1} ...T${i + 1} } } }`)} fragment T8 on __Type { name }`,
    refused: over('introspectionLists'),
  },
  {
    name: 'introspection 90 deep',
    query: `{ __type(name: "Person") { ${nested(90, 'ofType { ', 'name', ' }')} } }`,
    refused: over('introspectionDepth'),
  },
  {
    name: 'lists within lists within lists',
    query:
      '{ people(first: 100) { nodes { friends(first: 100) { nodes { friends(first: 100) { nodes { id } } } } } } }',
    refused: over('cost'),
  },
  {
    name: 'lists that fragments double',
    query: `{ people { nodes { ...F0 } } } ${onPerson(200, (i) => `friends(first: 100) { nodes { id } } ...F${i + 1} ...F${i + 1}`)}`,
    refused: over('cost'),
  },
];
