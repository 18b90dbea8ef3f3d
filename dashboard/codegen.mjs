// Writes the types of the documents: for each src/**/*.graphql a file *.generated.ts beside it, and the enums of the schema in src/api/schema.generated.ts.
// Without arguments it writes what changed; with --check it writes nothing, and exits 1 when something would change.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as documentNodes from '@graphql-codegen/typed-document-node';
import * as schemaTypes from '@graphql-codegen/typescript';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { buildASTSchema, parse } from 'graphql';

const HERE = dirname(fileURLToPath(import.meta.url));
const SRC = join(HERE, 'src');
const SCHEMA = join(HERE, '..', 'schema', 'schema.graphql');
const HEADER = '// Written by `npm run codegen -w dashboard`. Do not edit.\n';

const common = {
  scalars: { ID: 'string', DateTime: 'string', Upload: 'File' },
  strictScalars: true,
  enumsAsTypes: true,
  useTypeImports: true,
  immutableTypes: true,
  skipTypename: true,
};

/** Every file that should be there, by its path. */
export async function generate() {
  const schema = parse(readFileSync(SCHEMA, 'utf8'));
  const schemaAst = buildASTSchema(schema);
  const files = new Map();
  const base = { schema, schemaAst, config: {}, documents: [] };
  const types = await codegen({
    ...base,
    filename: 'schema.generated.ts',
    pluginMap: { schemaTypes },
    plugins: [{ schemaTypes: { ...common, onlyEnums: true } }],
  });
  files.set(join(SRC, 'api', 'schema.generated.ts'), HEADER + types);
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.graphql'));
  for (const name of names.sort()) {
    const path = join(SRC, name);
    const documents = [{ location: path, document: parse(readFileSync(path, 'utf8')) }];
    const text = await codegen({
      ...base,
      documents,
      filename: path.replace(/\.graphql$/, '.generated.ts'),
      pluginMap: { operationTypes, documentNodes },
      plugins: [{ operationTypes: common }, { documentNodes: { ...common, optimizeDocumentNode: true } }],
    });
    files.set(path.replace(/\.graphql$/, '.generated.ts'), HEADER + text);
  }
  return files;
}

/** The files that are missing or differ; with `write` they are written. */
export async function bringUpToDate(write) {
  const stale = [];
  for (const [path, text] of await generate()) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    stale.push(relative(HERE, path));
    if (write) writeFileSync(path, text);
  }
  return stale;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const check = argv.includes('--check');
  const stale = await bringUpToDate(!check);
  for (const name of stale)
    console.log(
      check ? `${name} is not what the schema and its document say: npm run codegen -w dashboard` : `wrote ${name}`,
    );
  if (check && stale.length > 0) exit(1);
}
