import { Checkbox, Skeleton, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { TicketSort } from '../api/schema.generated.ts';
import { Icon } from '../shared/icons.tsx';
import type { QueueModel, QueueSnapshot } from './queue-model.ts';
import { QueueTableRow } from './queue-row.tsx';
import classes from './queue-table.module.css';
import { queueTexts } from './texts.ts';
import type { QueueView } from './view.ts';

const ROW = 40;
/** On a phone a ticket takes two lines. */
const CARD = 82;
const MARGIN_ROWS = 12;

interface Props {
  readonly model: QueueModel;
  readonly snapshot: QueueSnapshot;
  readonly isLoading: boolean;
  readonly view: QueueView;
  readonly current: number;
  readonly selected: ReadonlySet<string>;
  /** Where the list stood when the page was left. */
  readonly scrolled: { top: number };
  readonly onSelect: (id: string, selected: boolean, range: boolean) => void;
  readonly onSelectAll: (selected: boolean) => void;
  readonly onPoint: (place: number) => void;
  readonly onSort: (field: TicketSort) => void;
  readonly onShow: (from: number, to: number) => void;
}

/** The rows in sight, of however many there are. */
export function QueueTable(props: Props) {
  const { model, snapshot, isLoading, view, current, selected, scrolled, onShow, onSort } = props;
  const total = snapshot.total ?? 0;
  const body = useRef<HTMLDivElement>(null);
  const cards = useMediaQuery('(max-width: 760px)', false, { getInitialValueInEffect: false }) === true;
  const height = cards ? CARD : ROW;
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => body.current,
    estimateSize: () => height,
    overscan: MARGIN_ROWS,
    initialOffset: scrolled.top,
  });
  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each reading, what is in sight may be missing again.
  useEffect(() => {
    if (total > 0) onShow(first, last);
  }, [first, last, total, onShow, model, snapshot.version]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew.
  useEffect(() => rows.measure(), [height]);
  useEffect(() => {
    if (current >= 0) rows.scrollToIndex(current, { align: 'auto' });
  }, [current, rows]);
  const mark = model.at(current);
  const sorted = (field: TicketSort) =>
    view.sort === field ? (view.direction === 'ASC' ? 'ascending' : 'descending') : 'none';
  const heading = (field: TicketSort, label: string, className: string | undefined) => (
    <span role="columnheader" aria-sort={sorted(field)} className={className}>
      <UnstyledButton className={classes.sort} onClick={() => onSort(field)} title={queueTexts.sortBy(label)}>
        {label}
        {view.sort === field ? <Icon name={view.direction === 'ASC' ? 'arrowUp' : 'arrowDown'} size={13} /> : null}
      </UnstyledButton>
    </span>
  );
  const { columns } = queueTexts;
  return (
    <div
      ref={body}
      className={classes.table}
      role="grid"
      aria-label={queueTexts.table}
      aria-rowcount={total + 1}
      aria-busy={isLoading}
      aria-multiselectable="true"
      aria-activedescendant={mark ? `row-${mark.id}` : undefined}
      tabIndex={0}
      onScroll={(event) => {
        scrolled.top = event.currentTarget.scrollTop;
      }}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" className={classes.headRow} aria-rowindex={1}>
          <span role="columnheader" className={classes.select}>
            <Checkbox
              size="xs"
              aria-label={columns.select}
              checked={selected.size > 0}
              indeterminate={selected.size > 0}
              onChange={(event) => props.onSelectAll(event.currentTarget.checked)}
            />
          </span>
          {heading('NUMBER', columns.reference, classes.reference)}
          {heading('PRIORITY', columns.priority, classes.priority)}
          <span role="columnheader" className={classes.title}>
            {columns.title}
          </span>
          <span role="columnheader" className={classes.status}>
            {columns.status}
          </span>
          <span role="columnheader" className={classes.client}>
            {columns.client}
          </span>
          <span role="columnheader" className={classes.assignee}>
            {columns.assignee}
          </span>
          {heading('DUE_AT', columns.promise, classes.promise)}
          {heading('UPDATED_AT', columns.updated, classes.updated)}
        </div>
      </div>
      <div role="rowgroup" className={classes.body} style={{ height: rows.getTotalSize() }}>
        {items.map((item) => {
          const row = model.at(item.index);
          return (
            <div
              role="presentation"
              key={row?.id ?? item.index}
              className={classes.place}
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              {row ? (
                <QueueTableRow
                  row={row}
                  place={item.index}
                  isCurrent={item.index === current}
                  isSelected={selected.has(row.id)}
                  isGone={model.isGone(row.id)}
                  onSelect={props.onSelect}
                  onPoint={props.onPoint}
                />
              ) : (
                <div role="row" className={classes.row} aria-rowindex={item.index + 2}>
                  <span role="gridcell" className={classes.unread}>
                    <Skeleton height={12} width={`${70 - ((item.index * 13) % 30)}%`} />
                  </span>
                </div>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
