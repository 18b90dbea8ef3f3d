import { fromBufferPromise, getFileNameLowLevel } from 'yauzl';

/** The parts of a workbook as text, by their names in small letters. Whatever follows the archive is left out. */
export async function unzip(bytes: Buffer): Promise<ReadonlyMap<string, string>> {
  const archive = await fromBufferPromise(withoutTail(bytes), { lazyEntries: true, decodeStrings: false });
  const parts = new Map<string, string>();
  for await (const entry of archive.eachEntry()) {
    const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
    if (!/\.(xml|rels)$/i.test(name)) continue;
    const pieces: Buffer[] = [];
    for await (const piece of await archive.openReadStreamPromise(entry)) pieces.push(piece);
    parts.set(plainName(name), decoded(Buffer.concat(pieces)));
  }
  return parts;
}

/** The archive up to the last end record whose comment fits and whose directory is there. */
function withoutTail(bytes: Buffer): Buffer {
  for (let at = bytes.length - 22; at >= 0; at -= 1) {
    if (bytes.readUInt32BE(at) !== 0x504b0506) continue;
    const end = at + 22 + bytes.readUInt16LE(at + 20);
    const directory = bytes.readUInt32LE(at + 16);
    if (end <= bytes.length && (directory === 0xffffffff || bytes.subarray(directory, at).includes('PK\x01\x02'))) {
      return bytes.subarray(0, end);
    }
  }
  return bytes;
}

function plainName(name: string): string {
  return decodeURIComponent(name).replace(/^\//, '').normalize('NFC').toLowerCase();
}

function decoded(part: Buffer): string {
  const start = part.subarray(0, 2).toString('hex');
  const encoding =
    start === 'fffe' || start === '3c00' ? 'utf-16le' : start === 'feff' || start === '003c' ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(part);
}
