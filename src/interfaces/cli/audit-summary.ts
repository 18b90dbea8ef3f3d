import type { AuditReport } from '../../application/sla/audit-clocks.ts';
import type { ClockMismatch } from '../../domain/audit/audit-clock.ts';

/** What `npm run audit` says at its end. `watchedUntil`: when a server last was at work; null: nobody knows. */
export function auditSummary(report: AuditReport, watchedUntil: Date | null): string {
  const { audited, skipped, reasons, mismatched, mismatches } = report;
  const lines = mismatches.flatMap(tellMismatch);
  if (mismatched > mismatches.length)
    lines.push(`… and ${count(mismatched - mismatches.length, 'more clock')} that differ.`, '');
  const some = mismatched === 1 ? 'one of them is' : `${mismatched.toLocaleString('en')} of them are`;
  const outcome = mismatched === 0 ? 'each is what its log says' : `${some} not what the log says`;
  lines.push(`Audited ${count(audited, 'clock')}: ${outcome}.`);
  if (skipped > 0) lines.push(`Not auditable: ${count(skipped, 'clock')}.`);
  for (const [reason, tickets] of Object.entries(reasons)) lines.push(`  ${tickets.toLocaleString('en')}: ${reason}`);
  lines.push(
    watchedUntil
      ? `What has fallen due since ${watchedUntil.toISOString()}, when a server last was at work, is recorded by the next one.`
      : 'No server has audited yet, so that nobody knows which deadlines should have been recorded.',
  );
  return lines.join('\n');
}

function tellMismatch({ reference, ticketId, differences, stored, recomputed, log }: ClockMismatch): string[] {
  return [
    `${reference} (${ticketId}) is not what its log says:`,
    ...differences.map((each) => `  ${each.field}: stored ${each.stored}, by the log ${each.recomputed}`),
    `  The row: ${stored}`,
    `  The log: ${recomputed}`,
    ...log.map((line) => `    ${line}`),
    '',
  ];
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}
