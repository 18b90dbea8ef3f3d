import { randomUUID } from 'node:crypto';
import ExcelJS from 'exceljs';
import { v7 } from 'uuid';
import type { ImportOptions } from '../../src/application/import/import-tickets.ts';
import { composeImports, type ImportParts } from '../../src/compose-imports.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { ImportStatus } from '../../src/domain/enums.ts';
import type { ImportProcess } from '../../src/domain/import-process.ts';
import { JobQueues } from '../../src/infrastructure/bullmq/job-queues.ts';
import { ThreadedWorkbookReader } from '../../src/infrastructure/excel/threaded-workbook-reader.ts';
import { policyFor } from './clocks.ts';
import { type OpenPlace, openPostgresPlace } from './import-stores.ts';
import { silent } from './open-queues.ts';

export const HEADERS = [
  'externalId',
  'clientName',
  'clientType',
  'status',
  'createdAt',
  'resolvedAt',
  'escalationLevel',
];

/** A good row: VIP, resolved one hour after its creation on a day of March 2026. */
export function goodRow(id: string, changes: Record<number, unknown> = {}): unknown[] {
  const day = String(1 + ((id.length + id.charCodeAt(id.length - 1)) % 28)).padStart(2, '0');
  const row = [id, 'Åbrü 株式会社', 'VIP', 'RESOLVED', `2026-03-${day}T10:00:00Z`, `2026-03-${day}T11:00:00Z`, 0];
  return row.map((value, index) => (index in changes ? changes[index] : value));
}

/** The bytes of a workbook with these rows under `headers`. */
export async function workbook(
  rows: readonly (readonly unknown[])[],
  headers: readonly string[] = HEADERS,
): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('Tickets');
  sheet.addRow([...headers]);
  for (const row of rows) sheet.addRow([...row]);
  return Buffer.from(await book.xlsx.writeBuffer());
}

type PipelineOptions = Partial<ImportParts> & {
  readonly isWorking?: boolean;
  /** Where the imports are kept; Postgres unless given. */
  readonly open?: OpenPlace;
  /** The port by which the stores reach MongoDB. */
  readonly through?: number;
};

/** The pipeline on databases of its own, its workers running unless `isWorking` is false. */
export async function createImportPipeline({ open = openPostgresPlace, through, ...options }: PipelineOptions = {}) {
  const onNews = new Set<() => void>();
  const place = await open({
    ...(through === undefined ? {} : { through }),
    onEvents: () => {
      for (const listener of onNews) listener();
    },
  });
  const { db, stores } = place;
  const logger = options.logger ?? silent;
  const openQueues = () => JobQueues.open({ databaseUrl: place.databaseUrl, maxConnections: 8, logger });
  const queues = await openQueues();
  const refreshed: string[] = [];
  const parts: ImportParts = {
    stores,
    queues,
    logger,
    cutter: new ThreadedWorkbookReader(),
    policiesInForce: async () => [policyFor('VIP'), policyFor('NORMAL')],
    refreshReports: async () => {
      refreshed.push('refreshed');
    },
    clock: { now: () => new Date() },
    newId: () => v7(),
    countRows: () => undefined,
    maxBytes: 100 * 2 ** 20,
    chunkRows: 10,
    ...options,
  };
  const { useCases, handlers, resumeOpenImports, settled, schedules } = composeImports(parts);
  const work = (on: JobQueues = queues, of = handlers) =>
    on.work(of, { concurrency: { imports: 6, 'import-first-chunks': 2, 'import-chunks': 10, 'import-rows': 10 } });
  if (options.isWorking !== false) work();

  const admin: Actor = { id: randomUUID(), role: 'ADMIN' };
  const agent: Actor = { id: randomUUID(), role: 'AGENT' };

  async function upload(
    bytes: Buffer,
    filename = 'tickets.xlsx',
    pieceBytes = 64 * 1024,
    options?: ImportOptions,
  ): Promise<ImportProcess> {
    async function* content() {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    }
    return useCases.importTickets(admin, { filename, content: content() }, options);
  }

  /** Resolves once `condition` gives a value; looked at after every event of the log. */
  async function until<T>(condition: () => Promise<T | null | undefined | false>): Promise<T> {
    for (;;) {
      let listener: () => void = () => undefined;
      const news = new Promise<void>((resolve) => {
        listener = resolve;
        onNews.add(listener);
      });
      try {
        const value = await condition();
        if (value) return value;
        await news;
      } finally {
        onNews.delete(listener);
      }
    }
  }

  async function find(id: string): Promise<ImportProcess> {
    const process = await useCases.findImport(admin, id);
    if (!process) throw new Error(`There is no import ${id}.`);
    return process;
  }

  return {
    ...useCases,
    parts,
    ...place,
    queues,
    openQueues,
    handlers,
    schedules,
    resumeOpenImports,
    work,
    admin,
    agent,
    refreshed,
    upload,
    uploadAs: (bytes: Buffer, options: Partial<ImportOptions>) =>
      upload(bytes, undefined, undefined, { dryRun: false, mapping: null, ...options }),
    until,
    find,
    chunks: stores.chunks,
    /** The import once it is in one of `statuses`. */
    reaches: (id: string, ...statuses: ImportStatus[]) =>
      until(async () => {
        const process = await find(id);
        return statuses.includes(process.status) && process;
      }),
    /** Every dead letter of an import. */
    letters: async (importId: string) => {
      const page = await useCases.listDeadLetters(admin, { importId, first: 100, after: null });
      return page.items.map((item) => item.node);
    },
    rows: async <T = Record<string, unknown>>(text: string): Promise<T[]> => (await db.pool.query(text)).rows as T[],
    close: async () => {
      await queues.close();
      await settled();
      await place.close();
    },
  };
}

export type ImportPipeline = Awaited<ReturnType<typeof createImportPipeline>>;
