import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly data: string | Buffer;
  /** Deflated instead of stored. */
  readonly deflate?: boolean;
  /** What the archive claims in place of the truth. */
  readonly claims?: {
    readonly size?: number;
    readonly crc?: number;
    readonly method?: number;
    readonly flags?: number;
  };
}

/** A zip archive made by hand, so that tests can write what no library would. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, deflate = false, claims = {} } of entries) {
    const content = Buffer.isBuffer(data) ? data : Buffer.from(data, 'utf8');
    const packed = deflate ? deflateRawSync(content) : content;
    const fileName = Buffer.from(name, 'utf8');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(claims.flags ?? 0x800, 2);
    common.writeUInt16LE(claims.method ?? (deflate ? 8 : 0), 4);
    common.writeUInt32LE(claims.crc ?? crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claims.size ?? content.length, 18);
    common.writeUInt16LE(fileName.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, fileName, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, fileName]));
    locals.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, index, end]);
}

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

export interface WorkbookParts {
  /** What stands within `<sheetData>`. */
  readonly rows?: string;
  /** The whole sheet part, in place of `rows`. */
  readonly sheet?: string;
  /** What stands within `<sst>`; left out: no such part. */
  readonly sharedStrings?: string;
  /** What stands within `<styleSheet>`; left out: no such part. */
  readonly styles?: string;
  /** What stands within `<workbook>`. */
  readonly workbook?: string;
  /** What stands within the workbook's `<Relationships>`. */
  readonly links?: string;
  /** Further parts, or others in place of those above. */
  readonly more?: readonly ZipEntry[];
}

/** The parts of a small workbook, one sheet named "Tickets", for `zip`. */
export function workbookEntries(parts: WorkbookParts): readonly ZipEntry[] {
  const link = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${kind}" Target="${target}"/>`;
  const defaultLinks = [
    link('rId1', 'worksheet', 'worksheets/sheet1.xml'),
    link('rId2', 'sharedStrings', 'sharedStrings.xml'),
    link('rId3', 'styles', 'styles.xml'),
  ].join('');
  const workbook = parts.workbook ?? '<sheets><sheet name="Tickets" sheetId="1" r:id="rId1"/></sheets>';
  const entries: ZipEntry[] = [
    {
      name: '_rels/.rels',
      data: `<Relationships>${link('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    },
    {
      name: 'xl/workbook.xml',
      data: `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}">${workbook}</workbook>`,
    },
    { name: 'xl/_rels/workbook.xml.rels', data: `<Relationships>${parts.links ?? defaultLinks}</Relationships>` },
    {
      name: 'xl/worksheets/sheet1.xml',
      data: parts.sheet ?? `<worksheet xmlns="${MAIN}"><sheetData>${parts.rows ?? ''}</sheetData></worksheet>`,
    },
  ];
  if (parts.sharedStrings !== undefined) {
    entries.push({ name: 'xl/sharedStrings.xml', data: `<sst xmlns="${MAIN}">${parts.sharedStrings}</sst>` });
  }
  if (parts.styles !== undefined) {
    entries.push({ name: 'xl/styles.xml', data: `<styleSheet xmlns="${MAIN}">${parts.styles}</styleSheet>` });
  }
  const replaced = new Set(parts.more?.map(({ name }) => name));
  return [...entries.filter(({ name }) => !replaced.has(name)), ...(parts.more ?? [])];
}
