import { columnsOf } from '../../domain/import-columns.ts';
import { duplicateReason } from '../../domain/import-duplicates.ts';
import { parseRow, surplusReason } from '../../domain/import-row.ts';
import type { CellValue } from '../../domain/sheet-row.ts';
import { policyFor, type SlaPolicy, tookTooLong } from '../../domain/sla-policy.ts';
import type { RowRules, Verdict } from './ports.ts';

/** A row and the earlier one whose external id it repeats. */
export interface RowToJudge {
  readonly rowNumber: number;
  readonly cells: readonly CellValue[];
  readonly duplicateOf: number | null;
}

/** Decides about rows of an import by the rules of the format and the SLA policies in force. */
export function rowJudge({ fields, dryRun }: RowRules, policies: readonly SlaPolicy[]): (row: RowToJudge) => Verdict {
  const columns = columnsOf(fields);
  return (row) => {
    const parsed = parseRow({ rowNumber: row.rowNumber, values: row.cells }, columns);
    const reasons = parsed.ok ? [] : [...parsed.reasons];
    if (row.cells.length > fields.length) reasons.unshift(surplusReason(row.cells.length, fields.length));
    if (row.duplicateOf !== null) reasons.unshift(duplicateReason(row.duplicateOf));
    if (!parsed.ok || reasons.length > 0) return { reasons };
    if (dryRun) return { log: null };
    const { createdAt, resolvedAt, clientType } = parsed.log;
    const policy = policyFor(policies, { tier: clientType });
    return { log: { ...parsed.log, breached: resolvedAt !== null && tookTooLong(policy, createdAt, resolvedAt) } };
  };
}
