import { useCallback, useRef } from 'react';
import { serverClock } from '../api/server-clock.ts';
import { durationWords } from '../shared/duration.ts';
import { Icon } from '../shared/icons.tsx';
import { useNowText } from '../shared/use-now.ts';
import { type ImportWhole, isOpen, outcomeWords, paceAfter, paceWords, tookWords } from './import-model.ts';
import classes from './import-page.module.css';
import { RowsBar } from './import-status.tsx';
import { importTexts } from './texts.ts';

const { progress: texts } = importTexts;

/** So long nothing may come in before that is said. */
const STILL_MS = 10_000;

/** How far it is: what has been processed is what is in and what was left out, and nothing else. */
export function ProgressPanel({ shown }: { readonly shown: ImportWhole }) {
  const { dryRun, status, processedRows, totalRows, succeededRows, failedRows } = shown;
  const toldAt = useFirstSeen(shown);
  const movedAt = useFirstSeen(processedRows);
  const ticking = useNowText(
    useCallback(
      (now: number) => {
        const { rowsPerSecond, leftMs } = paceAfter(shown, now - toldAt);
        const still = status === 'RUNNING' && now - movedAt >= STILL_MS ? durationWords(now - movedAt) : '';
        const pace = rowsPerSecond === null ? texts.unknown : paceWords(rowsPerSecond);
        return [pace, leftMs === null ? texts.unknown : durationWords(leftMs), still].join('|');
      },
      [shown, status, toldAt, movedAt],
    ),
  );
  const [pace = '', left = '', still = ''] = ticking.split('|');
  const last = isOpen(status)
    ? { label: texts.left, value: left }
    : { label: texts.took, value: tookWords(shown) ?? texts.unknown };
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
            <Figure label={texts.pace} value={pace} />
            <Figure label={last.label} value={last.value} />
          </dl>
          {still === '' ? null : <p className={classes.soft}>{texts.stalled(still)}</p>}
        </>
      )}
    </section>
  );
}

/** When `value` was first seen, by the server's clock. */
function useFirstSeen(value: unknown): number {
  const seen = useRef<{ readonly value: unknown; readonly at: number } | null>(null);
  if (seen.current === null || seen.current.value !== value) seen.current = { value, at: serverClock.now() };
  return seen.current.at;
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
