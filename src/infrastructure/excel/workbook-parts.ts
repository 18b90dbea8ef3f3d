import { WorkbookError } from '../../application/workbook-reader.ts';
import { assertListable } from './workbook-limits.ts';
import type { XmlHandler } from './xml-scanner.ts';
import { prefixedXmlAttribute, shown, xmlAttribute } from './xml-text.ts';
import { partKey } from './zip-archive.ts';

/** A link from one part to another; `kind` is the last word of its type, the same in both dialects of the format. */
export interface Relationship {
  readonly id: string;
  readonly kind: string;
  readonly part: string;
}

/** What `workbook.xml` says. Sheets come in the order of their tabs. */
export interface WorkbookIndex {
  date1904: boolean;
  readonly sheets: { readonly name: string; readonly relationshipId: string; readonly visible: boolean }[];
}

/** Where the relationships of a part lie; '' stands for the whole package. */
export function relationshipsPart(part: string): string {
  const slash = part.lastIndexOf('/');
  return `${part.slice(0, slash + 1)}_rels/${part.slice(slash + 1)}.rels`;
}

/** Pushes to `relationships` those of `part` that lie within the package. */
export function relationshipsHandler(part: string, relationships: Relationship[]): XmlHandler {
  return {
    open(name, depth, attributes) {
      if (depth !== 2 || name !== 'Relationship' || xmlAttribute(attributes, 'TargetMode') === 'External') return;
      assertListable(relationships.length, 'links');
      relationships.push({
        id: xmlAttribute(attributes, 'Id') ?? '',
        kind: (xmlAttribute(attributes, 'Type') ?? '').replace(/^.*\//, ''),
        part: resolveTarget(part, xmlAttribute(attributes, 'Target') ?? ''),
      });
    },
    close() {},
    text() {},
  };
}

/** A part that a workbook has once, by the kind of the link to it, and what a sentence calls it. */
const SINGLE_PARTS = { officeDocument: 'main part', styles: 'styles', sharedStrings: 'shared texts' } as const;

/** The part that links of this kind point to, if there are any. Throws WorkbookError when it is not the same one for all. */
export function linkedPart(kind: keyof typeof SINGLE_PARTS, links: readonly Relationship[]): string | undefined {
  const [part, ...others] = links.filter((link) => link.kind === kind).map((link) => link.part);
  if (part !== undefined && others.some((other) => partKey(other) !== partKey(part)))
    throw new WorkbookError(`The workbook is damaged: it names two different parts for its ${SINGLE_PARTS[kind]}.`);
  return part;
}

/** The links by their ids. Throws WorkbookError when two with one id differ in where they point to, or as what. */
export function linksById(links: readonly Relationship[]): ReadonlyMap<string, Relationship> {
  const byId = new Map<string, Relationship>();
  for (const link of links) {
    const known = byId.get(link.id) ?? link;
    if (known.kind !== link.kind || partKey(known.part) !== partKey(link.part))
      throw new WorkbookError(`The workbook is damaged: two different links are called "${shown(link.id)}".`);
    byId.set(link.id, known);
  }
  return byId;
}

/** Fills `index` from `workbook.xml`. Throws WorkbookError when the part is something else. */
export function workbookHandler(index: WorkbookIndex): XmlHandler {
  let group = '';
  let hasProperties = false;
  return {
    open(name, depth, attributes) {
      if (depth === 1 && name !== 'workbook') throw new WorkbookError(notAWorkbook(name));
      if (depth === 2) group = name;
      if (depth === 2 && name === 'workbookPr') {
        const date1904 = /^(1|true|on)$/.test(xmlAttribute(attributes, 'date1904') ?? '');
        if (hasProperties && date1904 !== index.date1904) throw new WorkbookError(TWO_DATE_SYSTEMS);
        hasProperties = true;
        index.date1904 = date1904;
      }
      if (depth === 3 && group === 'sheets' && name === 'sheet') {
        assertListable(index.sheets.length, 'sheets');
        index.sheets.push({
          name: xmlAttribute(attributes, 'name') ?? '',
          relationshipId: prefixedXmlAttribute(attributes, 'id') ?? '',
          visible: (xmlAttribute(attributes, 'state') ?? 'visible') === 'visible',
        });
      }
    },
    close() {},
    text() {},
  };
}

const TWO_DATE_SYSTEMS = 'The workbook is damaged: it says both that its dates count from 1900 and from 1904.';

/** What the main part of an Office file is, by the name of its root. */
function notAWorkbook(root: string): string {
  const kind = new Map([
    ['document', 'a Word document'],
    ['presentation', 'a PowerPoint presentation'],
    ['VisioDocument', 'a Visio drawing'],
  ]).get(root);
  if (kind === undefined) return 'The workbook is damaged: its list of sheets is something else.';
  return `The file is ${kind}, not an Excel workbook.`;
}

/** The part that a link in `source` points to: an absolute target counts from the package's root, any other from the source's folder. */
function resolveTarget(source: string, target: string): string {
  const base = target.startsWith('/') ? '' : source.slice(0, source.lastIndexOf('/') + 1);
  const path: string[] = [];
  for (const step of (base + target).replaceAll('\\', '/').split('/')) {
    if (step === '..') path.pop();
    else if (step !== '' && step !== '.') path.push(step);
  }
  return path.join('/');
}
