import type { ImportStatus } from '../api/schema.generated.ts';
import { Icon, type IconName } from '../shared/icons.tsx';
import { type Counted, sharesOf } from './import-model.ts';
import classes from './import-status.module.css';
import { importTexts } from './texts.ts';

const ICONS: Readonly<Record<ImportStatus, IconName>> = {
  QUEUED: 'clock',
  RUNNING: 'refresh',
  COMPLETED: 'check',
  COMPLETED_WITH_ERRORS: 'warning',
  FAILED: 'cross',
  CANCELLED: 'pause',
};

/** How an import stands, in colour, icon and words. */
export function ImportStatusBadge({ status }: { readonly status: ImportStatus }) {
  return (
    <span className={classes.status} data-status={status}>
      <Icon name={ICONS[status]} size={15} />
      {importTexts.status[status]}
    </span>
  );
}

/** That it only tries. */
export function DryRunMark() {
  return <span className={classes.mark}>{importTexts.dryRun}</span>;
}

/** Rows that are in and rows that were left out, of all there are; hatched while nobody knows how many there are. */
export function RowsBar({ of, isThin = false }: { readonly of: Counted; readonly isThin?: boolean }) {
  const shares = sharesOf(of);
  const { progress } = importTexts;
  return (
    <div
      className={classes.bar}
      data-thin={isThin}
      data-unknown={shares === null && of.status === 'RUNNING'}
      role="progressbar"
      aria-label={progress.bar}
      aria-valuemin={0}
      aria-valuemax={of.totalRows ?? undefined}
      aria-valuenow={of.totalRows === null ? undefined : of.processedRows}
      aria-valuetext={progress.value(of.processedRows, of.totalRows, of.failedRows)}
    >
      {shares ? (
        <>
          <div className={classes.succeeded} style={{ width: `${shares.succeeded}%` }} />
          <div className={classes.failed} style={{ width: `${shares.failed}%` }} data-any={of.failedRows > 0} />
        </>
      ) : null}
    </div>
  );
}
