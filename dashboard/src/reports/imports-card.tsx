import { Link } from 'react-router';
import { Instant, shortInstant } from '../shared/instant.tsx';
import classes from './chart.module.css';
import { NumberTable } from './number-table.tsx';
import { ReportCard, TableScroll } from './report-card.tsx';
import { tableScene } from './table-scene.ts';
import { importsTable, type ReportedImport } from './tables.ts';
import { reportTexts } from './texts.ts';

const texts = reportTexts.imports;
/** Columns of importsTable. */
const [FILE, STATUS, ROWS, UPLOADED] = [0, 1, 3, 5];

interface Props {
  readonly imports: readonly ReportedImport[];
  readonly caption: string;
  readonly fileRange: string;
}

/** The newest imports: how they ended, or how far they are. */
export function ImportsCard({ imports, caption, fileRange }: Props) {
  const table = importsTable(imports, shortInstant);
  const draw = (row: number, column: number) => {
    const each = imports[row];
    if (!each) return undefined;
    switch (column) {
      case FILE:
        return (
          <Link to={`/imports/${each.id}`} className={classes.file ?? ''}>
            {each.filename}
          </Link>
        );
      case STATUS:
        return (
          <span className={classes.status} data-status={each.status}>
            {table.rows[row]?.cells[STATUS]?.words}
          </span>
        );
      case ROWS:
        return (
          <>
            <RowsBar {...each} />
            {each.succeededRows.toLocaleString()}
          </>
        );
      case UPLOADED:
        return <Instant at={each.createdAt} as="short" />;
      default:
        return undefined;
    }
  };
  return (
    <ReportCard
      table={table}
      words={texts.words}
      caption={caption}
      fileRange={fileRange}
      breadth="table"
      picture={() => tableScene(table, [])}
      empty={imports.length === 0 ? { title: texts.empty, words: texts.emptyWords } : null}
    >
      <TableScroll label={texts.title}>
        <NumberTable table={table} caption={`${table.title}. ${texts.words}`} draw={draw} asList />
      </TableScroll>
    </ReportCard>
  );
}

/** What of the file is in, and what was rejected; the columns beside it say it in numbers. */
function RowsBar({ totalRows, processedRows, succeededRows, failedRows }: ReportedImport) {
  const whole = Math.max(totalRows ?? processedRows, 1);
  const part = (rows: number) => ({ width: `${(rows / whole) * 100}%` });
  return (
    <span className={classes.rowsBar} aria-hidden="true">
      <span className={classes.rowsIn} style={part(succeededRows)} />
      <span className={classes.rowsOut} style={part(failedRows)} />
    </span>
  );
}
