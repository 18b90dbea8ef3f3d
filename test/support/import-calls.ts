import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { generateWorkbook } from '../../src/infrastructure/excel/generate-workbook.ts';
import type { GraphqlCaller } from './graphql-client.ts';

/** An import as its reader sees it. */
export interface Process {
  id: string;
  filename: string;
  sizeBytes: number;
  sha256: string;
  status: string;
  totalRows: number | null;
  processedRows: number;
  succeededRows: number;
  failedRows: number;
  retriedRows: number;
  error: string | null;
  uploadedBy: { id: string };
  finishedAt: string | null;
}

/** A row that was not imported. */
export interface Letter {
  id: string;
  importId: string;
  rowNumber: number;
  headers: string[];
  values: (string | null)[];
  reasons: string[];
  attempts: number;
}

export const PROCESS = `id filename sizeBytes sha256 status totalRows processedRows succeededRows failedRows retriedRows error
  uploadedBy { id } finishedAt`;
export const UPLOAD = `mutation ($file: Upload!) { importTickets(file: $file) { ${PROCESS} } }`;
const PROGRESS = `subscription ($id: ID!) { importProgress(id: $id) { ${PROCESS} } }`;
const LETTERS = `query ($id: ID, $after: String) { deadLetters(importId: $id, first: 25, after: $after) { totalCount
  nodes { id importId rowNumber headers values reasons attempts } pageInfo { hasNextPage endCursor } } }`;

/** The bytes of a workbook of `rows` rows, `bad` of which break a rule. */
export async function historyWorkbook(rows: number, bad: number): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'e2e-import-'));
  try {
    const out = join(folder, 'tickets.xlsx');
    await generateWorkbook({ rows, badShare: bad / rows, seed: 20, out, now: new Date() });
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What tests of the import do again and again as `lead`. */
export function importCalls(lead: GraphqlCaller) {
  async function upload(content: Uint8Array, name = 'tickets.xlsx'): Promise<Process> {
    const { data, errors } = await lead.upload<{ importTickets: Process }>(UPLOAD, { bytes: content, name });
    if (!data) throw new Error(JSON.stringify(errors));
    return data.importTickets;
  }

  /** Every state that a subscriber is told, up to the last. */
  async function statesOf(id: string): Promise<Process[]> {
    const feed = lead.subscribe<{ importProgress: Process }>(PROGRESS, { id });
    expect(await feed.ended).toEqual({ kind: 'complete' });
    await feed.stop();
    return feed.waiting.map(({ importProgress }) => importProgress);
  }

  async function lastState(id: string): Promise<Process> {
    const last = (await statesOf(id)).at(-1);
    if (!last) throw new Error('There was no state.');
    return last;
  }

  async function letters(id: string): Promise<Letter[]> {
    const found: Letter[] = [];
    let after: string | null = null;
    do {
      type Page = { totalCount: number; nodes: Letter[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
      const { deadLetters }: { deadLetters: Page } = await lead.ask(LETTERS, { id, after });
      found.push(...deadLetters.nodes);
      after = deadLetters.pageInfo.hasNextPage ? deadLetters.pageInfo.endCursor : null;
    } while (after);
    return found;
  }

  return { upload, statesOf, lastState, letters };
}

export type ImportCalls = ReturnType<typeof importCalls>;
