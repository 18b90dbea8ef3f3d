import { expect, it } from 'vitest';
import { createImportPipeline, goodRow, workbook } from './support/import-pipeline.ts';
import { describeOnMongo } from './support/import-stores.ts';
import { ledgerOf, nothingLost, printLedger } from './support/ledger.ts';
import { silent } from './support/open-queues.ts';
import { patience, rounds } from './support/soak.ts';
import { startTcpProxy } from './support/tcp-proxy.ts';

const ROWS = 300;
/** Jobs that fail before MongoDB comes back: some 5 s of them, 20 s and more in the soak. */
const FAILURES = rounds(4, 30);
const PATIENCE_MS = patience(120_000);

describeOnMongo('an import during which MongoDB goes away', (open, uri) => {
  it.each(['cut', 'freeze'] as const)(
    'goes on when it is back, and loses and repeats nothing (%s)',
    async (how) => {
      const proxy = await startTcpProxy({ host: new URL(uri()).hostname, port: Number(new URL(uri()).port) });
      let failures = 0;
      const told: (() => void)[] = [];
      const logger = {
        ...silent,
        warn: (_: unknown, message: string) => {
          if (message !== 'job failed') return;
          failures += 1;
          if (failures >= FAILURES) for (const tell of told) tell();
        },
      };
      const pipeline = await createImportPipeline({ open, through: proxy.port, logger });
      // Of jobs that used up their tries meanwhile the next round makes new ones, as in the product.
      for (const { queue, name, everyMs } of pipeline.schedules) await pipeline.queues.schedule(queue, name, everyMs);
      try {
        const rows = Array.from({ length: ROWS }, (_, index) =>
          goodRow(`T-${index}`, index % 50 === 7 ? { 2: 'GOLD' } : {}),
        );
        const { id } = await pipeline.upload(await workbook(rows));
        await pipeline.until(async () => (await pipeline.find(id)).succeededRows > 0);
        const leftAt = performance.now();
        await (how === 'cut' ? proxy.cut() : proxy.freeze());
        if (how === 'cut') {
          await new Promise<void>((resolve) => told.push(resolve));
          await proxy.restore();
        } else {
          await expect(pipeline.find(id)).rejects.toThrow();
          proxy.thaw();
        }
        const awayMs = Math.round(performance.now() - leftAt);
        const done = await pipeline.reaches(id, 'COMPLETED_WITH_ERRORS', 'COMPLETED', 'FAILED');
        expect(done).toMatchObject({
          status: 'COMPLETED_WITH_ERRORS',
          totalRows: ROWS,
          succeededRows: ROWS - 6,
          failedRows: 6,
          retriedRows: 0,
        });
        const [logs, letters] = [await pipeline.logs(), await pipeline.letters(id)];
        expect([logs.length, letters.length]).toEqual([ROWS - 6, 6]);
        const ledger = ledgerOf(
          rows.map(([externalId]) => String(externalId)),
          [...logs.map(({ externalId }) => String(externalId)), ...letters.map(({ cells }) => String(cells[0]))],
        );
        expect(ledger).toEqual(nothingLost(ledger));
        printLedger(`MongoDB away (${how}), rows of an import`, ledger, { 'away for ms': awayMs });
        const events = await pipeline.rows<{ from: string | null; to: string }>(
          `SELECT "from", "to" FROM event_log WHERE subject_id = '${id}' ORDER BY position`,
        );
        expect(events.flatMap(({ from, to }) => (from ? [`${from} ${to}`] : []))).toEqual([
          'QUEUED RUNNING',
          'RUNNING COMPLETED_WITH_ERRORS',
        ]);
      } finally {
        await pipeline.close();
        await proxy.close();
      }
    },
    PATIENCE_MS,
  );
});
