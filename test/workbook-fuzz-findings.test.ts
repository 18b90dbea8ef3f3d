import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBytes, type Scratch, scratchFolder } from './support/sheets.ts';
import { type WorkbookParts, workbookEntries, zip } from './support/zip.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

const inline = (value: string) => `<is><t>${value}</t></is>`;
const cells = (...all: string[]): WorkbookParts => ({
  rows: `<row r="1"><c t="inlineStr">${inline('a')}</c></row><row r="2">${all.join('')}</row>`,
});

it.each<[string, WorkbookParts, string]>([
  ['two inline texts in a cell', cells(`<c t="inlineStr">${inline('a')}${inline('b')}</c>`), 'cell A2 has two values'],
  ['a text within a text', cells('<c t="inlineStr"><is><t>a<t>b</t></t></is></c>'), 'there is markup within a text'],
  [
    'a text within a shared text',
    { ...cells('<c t="s"><v>0</v></c>'), sharedStrings: '<si><r><t>a<t>b</t></t></r></si>' },
    'there is markup within a text',
  ],
  ['a cell of two types', cells('<c t="n" s="0" t="b"><v>1</v></c>'), 'a tag has the attribute t twice'],
  ['a cell in two places', cells('<c r="A2" t="b" r="B2" ><v>1</v></c>'), 'a tag has the attribute r twice'],
  ['a row in two places', { rows: '<row r="1" spans="1:1" r="2"/>' }, 'a tag has the attribute r twice'],
  [
    'a sheet both hidden and not',
    { ...cells(), workbook: '<sheets><sheet name="T" state="hidden" r:id="rId1" state="visible"/></sheets>' },
    'a tag has the attribute state twice',
  ],
])('%s is damage, and nobody guesses which of the two was meant', async (_, parts, message) => {
  await expect(readBytes(scratch, zip(workbookEntries(parts)))).rejects.toThrow(message);
});
