import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WorkbookError } from '../src/application/workbook-reader.ts';
import { type Expected, expectedOf } from './support/corpus.ts';
import { sheetWithSaxes } from './support/saxes-oracle.ts';
import { readerHere, readSheet } from './support/sheets.ts';

const folder = fileURLToPath(new URL('./fixtures/workbooks/', import.meta.url));

const corpus = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => expectedOf(folder, name));
const read = corpus.filter((file): file is Expected & { kind: 'sheet' } => file.kind === 'sheet');
const refused = corpus.filter((file): file is Expected & { kind: 'refusal' } => file.kind === 'refusal');

describe('a workbook of the corpus', () => {
  it('stands beside what it should say', () => {
    const files = readdirSync(folder).filter((name) => /\.[a-z]+$/.test(name) && !/\.(json|md)$/.test(name));
    expect(files.sort()).toEqual(corpus.map(({ file }) => file).sort());
  });

  it.each(read)('$file is read as it should be: $about', async ({ file, sheet }) => {
    expect(await readSheet(readerHere, folder + file, 3)).toEqual(sheet);
  });

  it.each(read)('$file says the same to an independent reader', async ({ file, sheet }) => {
    expect(await sheetWithSaxes(readFileSync(folder + file))).toEqual(sheet);
  });

  it.each(refused)('$file is refused: $sentence', async ({ file, sentence }) => {
    const error = await readSheet(readerHere, folder + file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect((error as Error).message).toBe(sentence);
  });
});
