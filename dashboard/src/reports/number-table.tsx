import type { ReactNode } from 'react';
import type { SortDirection } from '../api/schema.generated.ts';
import { Icon } from '../shared/icons.tsx';
import classes from './number-table.module.css';
import { fullBar, type ReportTable } from './tables.ts';

export interface Sorting {
  /** The column that it is sorted by. */
  readonly by: number;
  readonly direction: SortDirection;
  readonly label: (column: string) => string;
  readonly onSort: (column: number) => void;
}

interface Props {
  readonly table: ReportTable;
  /** Of the table, for those who do not see what stands above it. */
  readonly caption: string;
  readonly sorting?: Sorting;
  /** Columns whose numbers have bars behind them. */
  readonly barred?: readonly number[];
  /** Another drawing of a cell; undefined: its words. */
  readonly draw?: (row: number, column: number) => ReactNode;
  /** On a phone each row becomes a block of lines. */
  readonly asList?: boolean;
}

/** A table of a report; each cell carries its number as the file has it. */
export function NumberTable({ table, caption, sorting, barred = [], draw, asList = false }: Props) {
  const { columns, rows } = table;
  const most = columns.map((_, index) => fullBar(table, index));
  // All numbers of a column take the same room, so that all bars have the same.
  const room = columns.map((_, index) => Math.max(0, ...rows.map(({ cells }) => cells[index]?.words.length ?? 0)));
  return (
    <table className={classes.table} data-list={asList}>
      <caption className={classes.caption}>{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label, isNumber }, index) => (
            <th
              key={label}
              scope="col"
              data-number={isNumber}
              aria-sort={sorting?.by === index ? (sorting.direction === 'ASC' ? 'ascending' : 'descending') : undefined}
            >
              {sorting ? (
                <button
                  type="button"
                  className={classes.sort}
                  title={sorting.label(label)}
                  onClick={() => sorting.onSort(index)}
                >
                  {label}
                  {sorting.by === index ? (
                    <Icon name={sorting.direction === 'ASC' ? 'arrowUp' : 'arrowDown'} size={13} />
                  ) : null}
                </button>
              ) : (
                label
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells }, row) => (
          <tr key={key}>
            {cells.map(({ value, words, exact }, index) => {
              const label = columns[index]?.label ?? '';
              const content = draw?.(row, index) ?? words;
              if (index === 0) {
                return (
                  <th key={label} scope="row" data-value={value ?? ''}>
                    {content}
                  </th>
                );
              }
              return (
                <td
                  key={label}
                  data-value={value ?? ''}
                  data-label={label}
                  data-number={columns[index]?.isNumber}
                  title={exact}
                >
                  {barred.includes(index) && typeof value === 'number' ? (
                    <span className={classes.barred}>
                      <span className={classes.track} aria-hidden="true">
                        <span className={classes.bar} style={{ width: `${(value / (most[index] ?? 1)) * 100}%` }} />
                      </span>
                      <span style={{ minWidth: `${room[index] ?? 0}ch` }}>{content}</span>
                    </span>
                  ) : (
                    content
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
