import { Button } from '@mantine/core';
import { useCallback, useRef, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { TicketSort } from '../api/schema.generated.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Icon } from '../shared/icons.tsx';
import { useKept } from '../shared/kept.tsx';
import { laterDialog } from '../shared/later-dialog.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import { BulkBar } from './bulk-bar.tsx';
import { QueuePeopleDocument } from './documents.generated.ts';
import { FilterBar } from './filter-bar.tsx';
import classes from './queue-page.module.css';
import { QueueTable } from './queue-table.tsx';
import { queueTexts } from './texts.ts';
import { useQueue } from './use-queue.ts';
import { useSelection } from './use-selection.ts';
import { parseView, type QueueView, viewParams } from './view.ts';
import { ViewTabs } from './view-tabs.tsx';

const NewTicket = laterDialog(async () => (await import('./new-ticket.tsx')).NewTicket);

/** The tickets of a view: what is to be done next. */
export function QueuePage() {
  useTitle(queueTexts.title);
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const view = parseView(params);
  const query = viewParams(view).toString();
  const queue = useQueue(view);
  const { model, snapshot, isLoading, problem } = queue;
  const people = useAnswer(QueuePeopleDocument, {}).data?.users ?? [];
  const place = useKept('queue-place', () => ({ query, current: -1, top: 0 }));
  if (place.query !== query) Object.assign(place, { query, current: -1, top: 0 });
  const [current, setCurrent] = useState(place.current);
  const [creating, setCreating] = useState(false);
  const searchBox = useRef<HTMLInputElement>(null);
  const selection = useSelection(model, query);
  const total = snapshot.total ?? 0;

  const point = useCallback(
    (to: number) => {
      place.current = to;
      setCurrent(to);
    },
    [place],
  );
  const move = (by: number): void => {
    if (total > 0) point(Math.min(Math.max(current + by, 0), total - 1));
  };
  const change = (changed: Partial<QueueView>): void => {
    point(-1);
    setParams(viewParams({ ...view, ...changed }));
  };
  const sort = (field: TicketSort): void => {
    const direction = view.sort === field && view.direction === 'ASC' ? 'DESC' : 'ASC';
    change({ sort: field, direction });
  };
  const renew = (): void => {
    Object.assign(place, { current: -1, top: 0 });
    setCurrent(-1);
    queue.reload();
  };
  const pointed = model.at(current);
  const { keyboard } = queueTexts;
  useShortcuts(keyboard.group, [
    { keys: 'j', does: keyboard.next, run: () => move(1) },
    { keys: 'k', does: keyboard.previous, run: () => move(-1) },
    { keys: 'Enter', does: keyboard.open, run: () => pointed && void navigate(`/tickets/${pointed.reference}`) },
    {
      keys: 'x',
      does: keyboard.select,
      run: () => pointed && selection.set(pointed.id, !selection.ids.has(pointed.id), false),
    },
    { keys: 'c', does: keyboard.create, run: () => setCreating(true) },
    { keys: '/', does: keyboard.search, run: () => searchBox.current?.focus() },
    { keys: 'r', does: keyboard.refresh, run: renew },
    { keys: 'Escape', does: keyboard.clear, run: selection.clear },
  ]);

  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>{queueTexts.title}</h1>
        <span className={classes.count} role="status">
          {snapshot.total === null ? '' : queueTexts.count(snapshot.total)}
        </span>
        <Button
          className={classes.create}
          leftSection={<Icon name="plus" size={16} />}
          onClick={() => setCreating(true)}
        >
          {queueTexts.create.open}
        </Button>
      </div>
      <ViewTabs query={query} />
      <FilterBar view={view} people={people} searchBox={searchBox} onChange={change} />
      <div className={classes.list}>
        {snapshot.arrived > 0 ? (
          <div className={classes.notice} role="status">
            <Button size="compact-sm" leftSection={<Icon name="arrowUp" size={14} />} onClick={renew}>
              {queueTexts.arrived(snapshot.arrived)}
            </Button>
          </div>
        ) : null}
        {problem ? (
          <ErrorState problem={problem} onRetry={queue.reload} />
        ) : snapshot.total === null ? (
          <RowsSkeleton rows={14} />
        ) : total === 0 && !isLoading ? (
          <NoRows view={view} onClear={() => setParams(new URLSearchParams())} />
        ) : (
          <QueueTable
            model={model}
            snapshot={snapshot}
            isLoading={isLoading}
            view={view}
            current={current}
            selected={selection.ids}
            scrolled={place}
            onSelect={selection.set}
            onSelectAll={selection.setAll}
            onPoint={point}
            onSort={sort}
            onShow={queue.show}
          />
        )}
      </div>
      {selection.ids.size > 0 ? (
        <BulkBar
          ids={[...selection.ids]}
          people={people}
          onClear={selection.clear}
          onDone={(changed, refused) => {
            model.renew(changed);
            selection.replace(refused);
          }}
        />
      ) : null}
      <NewTicket
        opened={creating}
        onClose={() => setCreating(false)}
        onCreated={(row) => {
          model.renew([row]);
          void navigate(`/tickets/${row.reference}`);
        }}
      />
    </div>
  );
}

function NoRows({ view, onClear }: { readonly view: QueueView; readonly onClear: () => void }) {
  const texts = queueTexts.empty;
  if (viewParams(view).size === 0) return <EmptyState icon="check" title={texts.done} words={texts.doneWords} />;
  return (
    <EmptyState icon="filter" title={texts.title} words={texts.words}>
      <Button variant="default" onClick={onClear}>
        {queueTexts.filters.clear}
      </Button>
    </EmptyState>
  );
}
