import { durationWords } from '../shared/duration.ts';
import { Icon } from '../shared/icons.tsx';
import { type ImportWhole, isOpen, outcomeWords, paceWords, tookWords } from './import-model.ts';
import classes from './import-page.module.css';
import { RowsBar } from './import-status.tsx';
import { importTexts } from './texts.ts';

const { progress: texts } = importTexts;

/** How far it is: what has been processed is what is in and what was left out, and nothing else. */
export function ProgressPanel({ shown }: { readonly shown: ImportWhole }) {
  const { dryRun, status, processedRows, totalRows, succeededRows, failedRows, rowsPerSecond, etaSeconds } = shown;
  const took = tookWords(shown);
  const last = isOpen(status)
    ? { label: texts.left, value: etaSeconds === null ? texts.unknown : durationWords(etaSeconds * 1_000) }
    : { label: texts.took, value: took ?? texts.unknown };
  return (
    <section className={classes.panel} aria-label={texts.label} data-status={status}>
      <p className={classes.outcome} role="status">
        {outcomeWords(shown)}
      </p>
      {shown.error === null ? null : (
        <p className={classes.error} role="alert">
          <Icon name="warning" size={18} />
          {shown.error}
        </p>
      )}
      {status === 'FAILED' && processedRows === 0 ? null : (
        <>
          <RowsBar of={shown} />
          <dl className={classes.numbers}>
            <Figure label={texts.processed} value={processedRows.toLocaleString()}>
              {totalRows === null ? texts.unknownTotal : texts.total(totalRows)}
            </Figure>
            <Figure
              label={dryRun ? texts.wouldSucceed : texts.succeeded}
              value={succeededRows.toLocaleString()}
              tone="in"
            />
            <Figure label={texts.failed} value={failedRows.toLocaleString()} tone="failed" />
            <Figure label={texts.pace} value={rowsPerSecond === null ? texts.unknown : paceWords(rowsPerSecond)} />
            <Figure label={last.label} value={last.value} />
          </dl>
        </>
      )}
    </section>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  /** Which part of the bar it explains. */
  readonly tone?: 'in' | 'failed';
  readonly children?: string;
}

function Figure({ label, value, tone, children }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>
        {tone ? <span className={classes.swatch} data-tone={tone} aria-hidden="true" /> : null}
        {label}
      </dt>
      <dd>
        <span className={classes.value}>{value}</span>
        {children ? <span className={classes.beside}>{children}</span> : null}
      </dd>
    </div>
  );
}
