import { composeAudit } from './compose-audit.ts';
import { auditSummary } from './interfaces/cli/audit-summary.ts';
import { runOnDatabase } from './run-on-database.ts';

const PROGRESS_EVERY_MS = 2_000;

/** Differences are told at the end, for people. */
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** `npm run audit`: compares every SLA clock with what the event log alone says of it. Exit code 1 when one differs. */
runOnDatabase('audit', async ({ db, clock }) => {
  const { auditAll, place } = composeAudit({ db, clock, logger: SILENT });
  const { first, last, begunBefore } = await place();
  const clocks = (last - first + 1).toLocaleString('en');
  let toldAt = performance.now();
  const report = await auditAll({
    watchedUntil: begunBefore,
    onProgress: ({ audited, skipped }) => {
      if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = performance.now();
      console.error(`${(audited + skipped).toLocaleString('en')} of about ${clocks} clocks looked at`);
    },
  });
  console.log(auditSummary(report, begunBefore));
  return report.mismatched === 0 ? 0 : 1;
});
