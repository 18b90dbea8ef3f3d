import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkbookReader } from '../../src/application/workbook-reader.ts';
import type { CellValue, SheetRow } from '../../src/domain/sheet-row.ts';
import { readWorkbook } from '../../src/infrastructure/excel/read-workbook.ts';
import { DEFAULT_LIMITS } from '../../src/infrastructure/excel/workbook-limits.ts';
import { held } from '../../src/infrastructure/spool/held-pieces.ts';
import { spoolFile } from '../../src/infrastructure/spool/upload-spool.ts';

/** A folder for one test file; `clean` removes it. */
export interface Scratch {
  readonly path: (name: string) => string;
  readonly write: (name: string, data: Buffer | string) => Promise<string>;
  readonly clean: () => Promise<void>;
}

export async function scratchFolder(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'workbooks-'));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write: async (name, data) => {
      await writeFile(path(name), data);
      return path(name);
    },
    clean: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface WholeSheet {
  readonly headerRow: number;
  readonly headers: readonly CellValue[];
  readonly rows: readonly SheetRow[];
}

/** Everything that the reader has to say about a file, and the promise that the header comes once and first. */
export async function readSheet(reader: WorkbookReader, path: string, batchRows = 100): Promise<WholeSheet> {
  let header: { rowNumber: number; headers: readonly CellValue[] } | null = null;
  const rows: SheetRow[] = [];
  for await (const batch of reader.read(path, { batchRows })) {
    if (batch.kind === 'header') {
      if (header) throw new Error('a second header');
      header = batch;
    } else {
      if (!header || batch.rows.length === 0 || batch.rows.length > batchRows) throw new Error('a batch out of turn');
      rows.push(...batch.rows);
    }
  }
  if (!header) throw new Error('no header');
  return { headerRow: header.rowNumber, headers: header.headers, rows };
}

/** What the thread runs, without the thread: the many small files would mostly measure its start. */
export const readerHere: WorkbookReader = {
  async *read(path, { batchRows }) {
    const spool = await spoolFile(async () => {});
    try {
      yield* held(readWorkbook(path, batchRows, DEFAULT_LIMITS), spool.path, ({ kind }) => kind === 'rows');
    } finally {
      await spool.remove();
    }
  },
};

/** Everything that is read of a workbook with these bytes, read in this thread. */
export async function readBytes(scratch: Scratch, bytes: Buffer): Promise<WholeSheet> {
  return readSheet(readerHere, await scratch.write(`${randomUUID()}.xlsx`, bytes));
}
