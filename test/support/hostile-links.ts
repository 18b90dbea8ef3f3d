import { link, linked, sheetText } from './hostile-archives.ts';
import { bookWith, type HostileFile, part, SHEET } from './hostile-files.ts';

/** Links to places outside of the workbook, on a server at `origin`. */
export const reachingOut = (origin: string): readonly HostileFile[] => [
  {
    about: 'a sheet elsewhere',
    bytes: () => linked(link('rId1', 'worksheet', `${origin}/sheet.xml`, 'TargetMode="External"')),
    ends: /its sheet "Tickets" is missing/,
  },
  {
    about: 'a sheet elsewhere that does not say so',
    bytes: () => linked(link('rId1', 'worksheet', `${origin}/sheet.xml`)),
    ends: /it is missing/,
  },
  {
    about: 'texts, styles and a picture elsewhere',
    bytes: () =>
      linked(
        link('rId1', 'worksheet', 'worksheets/sheet1.xml'),
        link('rId2', 'sharedStrings', `${origin}/texts.xml`, 'TargetMode="External"'),
        link('rId3', 'styles', `${origin}/styles.xml`),
        link('rId4', 'image', `${origin}/a.png`, 'TargetMode="External"'),
      ),
    ends: 1,
  },
  {
    about: 'a document type elsewhere',
    bytes: () => bookWith(part(SHEET, `<!DOCTYPE worksheet SYSTEM "${origin}/a.dtd">${sheetText}`)),
    ends: /document type/,
  },
  {
    about: 'an entity elsewhere',
    bytes: () =>
      bookWith(
        part(
          SHEET,
          `<!DOCTYPE worksheet [<!ENTITY a SYSTEM "${origin}/a"><!ENTITY % b SYSTEM "file:///etc/passwd">]>${sheetText}`,
        ),
      ),
    ends: /document type/,
  },
  {
    about: 'a stylesheet and a schema elsewhere',
    bytes: () =>
      bookWith(
        part(
          SHEET,
          `<?xml-stylesheet href="${origin}/a.xsl"?>${sheetText.replace('<worksheet', `<worksheet xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a ${origin}/a.xsd"`)}`,
        ),
      ),
    ends: 1,
  },
];
