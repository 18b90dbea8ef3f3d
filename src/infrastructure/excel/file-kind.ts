import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { WorkbookError } from '../../application/workbook-reader.ts';
import { notCsv } from '../csv/text-kind.ts';

const HEAD_BYTES = 4096;
const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const EMPTY_ZIP = Buffer.from('PK\x05\x06', 'latin1');
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** Binary formats that people take for workbooks, by how their files begin. */
const KNOWN: readonly (readonly [string, string])[] = [
  ['%PDF', 'a PDF document'],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['GIF8', 'a picture'],
  ['\x1f\x8b', 'a gzip archive'],
  ['Rar!', 'a RAR archive'],
  ['7z\xbc\xaf', 'a 7-Zip archive'],
];

/** How .xls files of Excel 2.0, 3.0 and 4.0 begin: with a record, and in no container yet. */
const BARE_STREAMS = ['09000400', '09020600', '09040600'].map((start) => Buffer.from(start, 'hex'));

const SAVE_AS = 'open it in Excel and save it as "Excel Workbook (.xlsx)"';
const OLD_FORMAT = `The file is a workbook of the old Excel format (.xls); ${SAVE_AS}.`;

/**
 * What the file at `path` is by how it begins, whatever its name: `workbook` for a zip archive, as every .xlsx is, `csv` for
 * text that may be a table. Throws WorkbookError with what it is instead.
 */
export async function fileKind(path: string): Promise<'workbook' | 'csv'> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    if (startsWith(head, ZIP)) return 'workbook';
    const reason = await refusal(head, file);
    if (reason === null) return 'csv';
    throw new WorkbookError(reason);
  } finally {
    await file.close();
  }
}

/** Returns when the file at `path` begins like a zip archive; else throws WorkbookError with what it is instead. */
export async function assertLooksLikeWorkbook(path: string): Promise<void> {
  if ((await fileKind(path)) === 'csv') {
    throw new WorkbookError('The file is plain text, not an Excel workbook (.xlsx).');
  }
}

async function refusal(head: Buffer, file: FileHandle): Promise<string | null> {
  if (head.length === 0) return 'The file is empty (0 bytes).';
  if (startsWith(head, EMPTY_ZIP)) return 'The file is an empty archive, not an Excel workbook.';
  if (startsWith(head, COMPOUND_FILE)) return compoundFileRefusal(file);
  if (BARE_STREAMS.some((start) => startsWith(head, start))) return OLD_FORMAT;
  const latin1 = head.toString('latin1');
  const known = KNOWN.find(([magic]) => latin1.startsWith(magic));
  if (known) return `The file is ${known[1]}, not an Excel workbook (.xlsx) or a CSV file.`;
  const lead = head.indexOf(ZIP);
  if (lead > 0) {
    return `The file is damaged: ${lead} bytes that do not belong to the workbook (zip) stand before it; make or download it anew.`;
  }
  return notCsv(head);
}

/** Old Office files and encrypted new ones share one container; the names of its streams tell them apart. */
async function compoundFileRefusal(file: FileHandle): Promise<string> {
  const names = await compoundFileNames(file, ['EncryptedPackage', 'Workbook', 'Book']);
  if (names.has('EncryptedPackage'))
    return 'The workbook is protected with a password; remove the password and send it again.';
  if (names.has('Workbook') || names.has('Book')) return OLD_FORMAT;
  return `The file is either protected with a password or of an old Office format such as .xls; ${SAVE_AS}, without a password.`;
}

/** Which of `wanted` name a stream. Directory entries are 128 bytes, aligned, and begin with their name in UTF-16, closed by NUL. */
async function compoundFileNames(file: FileHandle, wanted: readonly string[]): Promise<Set<string>> {
  const needles = wanted.map((name) => [name, Buffer.from(`${name}\0`, 'utf16le')] as const);
  const found = new Set<string>();
  const block = Buffer.alloc(1024 * 1024);
  for (let position = 0; ; position += block.length) {
    const { bytesRead } = await file.read(block, 0, block.length, position);
    for (let at = 0; at + 128 <= bytesRead; at += 128) {
      for (const [name, needle] of needles) {
        if (block.compare(needle, 0, needle.length, at, at + needle.length) === 0) found.add(name);
      }
    }
    if (bytesRead < block.length) return found;
  }
}

function startsWith(head: Buffer, magic: Buffer): boolean {
  return head.subarray(0, magic.length).equals(magic);
}
