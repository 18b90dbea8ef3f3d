import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkbookError } from '../src/application/workbook-reader.ts';
import { readBytes, type Scratch, scratchFolder } from './support/sheets.ts';
import { workbookEntries, zip } from './support/zip.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchFolder();
});
afterAll(() => scratch.clean());

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const STRICT = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
const link = (id: string, kind: string, target: string, office = OFFICE) =>
  `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`;

const LINKS = [
  link('rId1', 'worksheet', 'worksheets/sheet1.xml'),
  link('rId2', 'sharedStrings', 'sharedStrings.xml'),
  link('rId3', 'styles', 'styles.xml'),
].join('');
const PACKAGE_LINK = link('rId1', 'officeDocument', 'xl/workbook.xml');

/** A workbook with the links that every one has, and more of them, of which it has the parts. */
function read(links: string, packageLinks = '') {
  const other = (text: string) =>
    `<worksheet><sheetData><row><c t="str"><v>${text}</v></c></row></sheetData></worksheet>`;
  const bytes = workbookEntries({
    rows: '<row><c t="s"><v>0</v></c></row><row><c s="1"><v>45000</v></c></row>',
    sharedStrings: '<si><t>right</t></si>',
    styles: '<cellXfs><xf/><xf numFmtId="14"/></cellXfs>',
    links: LINKS + links,
    more: [
      { name: '_rels/.rels', data: `<Relationships>${PACKAGE_LINK}${packageLinks}</Relationships>` },
      { name: 'xl/other.xml', data: other('wrong') },
      { name: 'xl/texts2.xml', data: '<sst><si><t>wrong</t></si></sst>' },
      { name: 'xl/styles2.xml', data: '<styleSheet/>' },
      { name: 'xl/book2.xml', data: '<workbook><sheets/></workbook>' },
    ],
  });
  return readBytes(scratch, zip(bytes));
}

describe('links between the parts of a workbook', () => {
  it.each<[string, string, string, string]>([
    [
      'shared texts',
      link('rId9', 'sharedStrings', 'texts2.xml'),
      '',
      'it names two different parts for its shared texts',
    ],
    ['styles', link('rId9', 'styles', 'styles2.xml'), '', 'it names two different parts for its styles'],
    [
      'styles, one in each dialect',
      link('rId9', 'styles', 'styles2.xml', STRICT),
      '',
      'two different parts for its styles',
    ],
    [
      'main parts',
      '',
      link('rId9', 'officeDocument', 'xl/book2.xml'),
      'it names two different parts for its main part',
    ],
    ['sheets of one name', link('rId1', 'worksheet', 'other.xml'), '', 'two different links are called "rId1"'],
    ['kinds of one name', link('rId1', 'chartsheet', 'worksheets/sheet1.xml'), '', 'links are called "rId1"'],
    ['other parts of one name', link('rId2', 'theme', 'theme.xml'), '', 'links are called "rId2"'],
  ])('that lead to two different %s are a damage', async (_, links, packageLinks, why) => {
    const error = await read(links, packageLinks).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WorkbookError);
    expect(error.message).toMatch(/^The workbook is damaged: .*\.$/);
    expect(error.message).toContain(why);
  });

  it('may be there twice when they lead to the same part, however its name is written', async () => {
    const again = [
      link('rId9', 'sharedStrings', '/xl/SharedStrings.xml'),
      link('rId3', 'styles', './%73tyles.xml'),
      link('rId1', 'worksheet', '..\\xl\\worksheets\\SHEET1.xml', STRICT),
    ].join('');
    const sheet = await read(again, link('rId1', 'core', 'docProps/core.xml') + PACKAGE_LINK);
    expect(sheet.headers).toEqual(['right']);
    expect(sheet.rows).toEqual([{ rowNumber: 2, values: [new Date('2023-03-15T00:00:00Z')] }]);
  });
});
