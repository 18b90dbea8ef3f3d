import { Checkbox } from '@mantine/core';
import { memo } from 'react';
import { Link } from 'react-router';
import { PriorityMark, StatusBadge, TierBadge } from '../shared/badges.tsx';
import { Instant } from '../shared/instant.tsx';
import { SlaCountdown } from '../shared/sla-countdown.tsx';
import { sharedTexts } from '../shared/texts.ts';
import type { QueueRow } from './queue-model.ts';
import classes from './queue-table.module.css';
import { queueTexts } from './texts.ts';

interface Props {
  readonly row: QueueRow;
  readonly place: number;
  readonly isCurrent: boolean;
  readonly isSelected: boolean;
  readonly isGone: boolean;
  readonly onSelect: (id: string, selected: boolean, range: boolean) => void;
  readonly onPoint: (place: number) => void;
}

/** One ticket; drawn again only when something of it changes. */
export const QueueTableRow = memo(function QueueTableRow(props: Props) {
  const { row, place, isCurrent, isSelected, isGone, onSelect, onPoint } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the table move the same mark.
    <div
      role="row"
      id={`row-${row.id}`}
      className={classes.row}
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      tabIndex={-1}
      data-current={isCurrent}
      data-gone={isGone}
      onClick={() => onPoint(place)}
    >
      <span role="gridcell" className={classes.select}>
        <Checkbox
          size="xs"
          checked={isSelected}
          aria-label={queueTexts.selectRow(row.reference)}
          tabIndex={-1}
          onChange={(event) =>
            onSelect(row.id, event.currentTarget.checked, (event.nativeEvent as MouseEvent).shiftKey === true)
          }
        />
      </span>
      <span role="gridcell" className={classes.reference}>
        {row.reference}
      </span>
      <span role="gridcell" className={classes.priority}>
        <PriorityMark priority={row.priority} />
      </span>
      <span role="gridcell" className={classes.title}>
        <Link to={`/tickets/${row.reference}`} className={classes.link ?? ''} tabIndex={-1} title={row.title}>
          {row.title}
        </Link>
        {isGone ? <span className={classes.left}>{queueTexts.left}</span> : null}
      </span>
      <span role="gridcell" className={classes.status}>
        <StatusBadge status={row.status} />
      </span>
      <span role="gridcell" className={classes.client}>
        <span className={classes.cut}>{row.client.name}</span>
        {row.client.tier === 'VIP' ? <TierBadge tier="VIP" /> : null}
      </span>
      <span role="gridcell" className={classes.assignee}>
        {row.assignee ? row.assignee.name : <span className={classes.soft}>{sharedTexts.nobody}</span>}
      </span>
      <span role="gridcell" className={classes.promise}>
        <SlaCountdown clock={row.sla} />
      </span>
      <span role="gridcell" className={classes.updated}>
        <Instant at={row.updatedAt} />
      </span>
    </div>
  );
});
