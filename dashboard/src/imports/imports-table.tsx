import { Link } from 'react-router';
import { durationWords } from '../shared/duration.ts';
import { Instant } from '../shared/instant.tsx';
import { type ImportRow, isOpen, paceWords } from './import-model.ts';
import { DryRunMark, ImportStatusBadge, RowsBar } from './import-status.tsx';
import classes from './imports-page.module.css';
import { importTexts } from './texts.ts';

const { list: texts, progress } = importTexts;

/** The imports, a line for each; on a phone a card. */
export function ImportsTable({ rows }: { readonly rows: readonly ImportRow[] }) {
  const { columns } = texts;
  return (
    <table className={classes.table} aria-label={texts.label}>
      <thead>
        <tr>
          <th scope="col">{columns.file}</th>
          <th scope="col">{columns.status}</th>
          <th scope="col" className={classes.rowsColumn}>
            {columns.rows}
          </th>
          <th scope="col" className={classes.number}>
            {columns.left}
          </th>
          <th scope="col">{columns.by}</th>
          <th scope="col">{columns.uploaded}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className={classes.file}>
              <Link to={`/imports/${row.id}`} className={classes.link ?? ''}>
                {row.filename}
              </Link>
              {row.dryRun ? <DryRunMark /> : null}
            </td>
            <td className={classes.status}>
              <ImportStatusBadge status={row.status} />
            </td>
            <td className={classes.rows}>
              {isOpen(row.status) ? (
                <Pace row={row} />
              ) : (
                <span className={classes.labelled} data-label={columns.rows}>
                  {row.processedRows.toLocaleString()}
                </span>
              )}
            </td>
            <td className={classes.number} data-label={columns.left}>
              {row.failedRows === 0 ? <span className={classes.soft}>0</span> : row.failedRows.toLocaleString()}
            </td>
            <td className={classes.by}>{row.uploadedBy.name}</td>
            <td className={classes.uploaded}>
              <Instant at={row.createdAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How far it is, how fast, and how much longer. */
function Pace({ row }: { readonly row: ImportRow }) {
  const { processedRows, totalRows, rowsPerSecond, etaSeconds } = row;
  const words = [
    totalRows === null ? importTexts.rows(processedRows) : texts.ofTotal(processedRows, totalRows),
    rowsPerSecond === null ? null : progress.perSecond(paceWords(rowsPerSecond)),
    etaSeconds === null ? null : progress.leftWords(durationWords(etaSeconds * 1_000)),
  ];
  return (
    <div className={classes.pace}>
      <RowsBar of={row} isThin />
      <span className={classes.soft}>{words.filter((each) => each !== null).join(' · ')}</span>
    </div>
  );
}
