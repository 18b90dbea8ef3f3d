const SAVE_AS = 'open it in Excel and save it as "Excel Workbook (.xlsx)"';
const OURS = 'an Excel workbook (.xlsx) or a CSV file';

/** What a file may be that is text and no table, by how it begins after white space. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [
    /^(<!--(?:(?!-->)[\s\S])*-->\s*)*<(!doctype\s+html|html|head|body|table|meta|style|title|script|div|center|font|p|br|b)\b/i,
    `The file is a web page (HTML), not an Excel workbook or a CSV file, whatever its name says; ${SAVE_AS}.`,
  ],
  [
    /^<\?xml[\s\S]*urn:schemas-microsoft-com:office:spreadsheet/i,
    `The file is an XML spreadsheet of Excel 2003; ${SAVE_AS}.`,
  ],
  [
    /^<\?xml[\s\S]*urn:oasis:names:tc:opendocument/i,
    'The file is an OpenDocument file; save it as "Excel Workbook (.xlsx)".',
  ],
  [/^<(\?xml|!--|!doctype|[a-z][\w:.-]*[\s/>])/i, `The file is an XML or HTML document, not ${OURS}.`],
  [/^mime-version:/i, `The file is a web archive (MHTML), not ${OURS}, whatever its name says; ${SAVE_AS}.`],
  [/^ID;P[A-Z0-9]*(;[EN])*[\r\n]+[BCFOP];[A-Z]/, `The file is a symbolic link file (SYLK), not ${OURS}; ${SAVE_AS}.`],
  [/^TABLE\r?\n0,1\r?\n/, `The file is in the data interchange format (DIF), not ${OURS}; ${SAVE_AS}.`],
  [/^\{\\rtf/, `The file is a document in rich text format (RTF), not ${OURS}.`],
  [/^(\{\s*["}]|\[\s*(["{[\]]|-?\d|(true|false|null)\b))/, `The file is JSON, not ${OURS}.`],
];

/** Why a file with this beginning cannot be CSV, as a sentence; null when it may be. Takes bytes of any length. */
export function notCsv(head: Buffer): string | null {
  const text = beginningOf(head);
  if (text === null)
    return `The file is not ${OURS}: it holds binary data (a NUL at byte offset ${head.indexOf(0)}).${hintOn(head)}`;
  const start = text.trimStart();
  return OTHERS.find(([pattern]) => pattern.test(start))?.[1] ?? null;
}

/** The text as far as it matters here, where letters outside ASCII may be wrong; null when the bytes are no text. */
function beginningOf(head: Buffer): string | null {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return utf16(head);
  if (first === 0xfe && second === 0xff) return utf16(Buffer.from(head.subarray(0, head.length & ~1)).swap16());
  return head.includes(0) ? null : head.toString('latin1').replace(/^\xef\xbb\xbf/, '');
}

function utf16(bytes: Buffer): string {
  return bytes.toString('utf16le').replace(/^\uFEFF/, '');
}

function hintOn(head: Buffer): string {
  const isHole = (at: number) => head[at] === 0 && head[at + 2] === 0 && head[at ^ 1] !== 0 && head[(at + 2) ^ 1] !== 0;
  if (!isHole(0) && !isHole(1)) return '';
  return ' If it is UTF-16 text without a byte order mark, save it as "CSV UTF-8 (Comma delimited)" and send it again.';
}
