import { Button, CloseButton, TextInput } from '@mantine/core';
import { type RefObject, useEffect, useState } from 'react';
import type { SlaState, TicketStatus } from '../api/schema.generated.ts';
import { Icon } from '../shared/icons.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { FilterMenu } from './filter-menu.tsx';
import classes from './queue-page.module.css';
import { queueTexts } from './texts.ts';
import { DEFAULT_VIEW, isSearchable, type QueueView, STATUSES, viewParams } from './view.ts';

const TYPING_MS = 250;

interface Props {
  readonly view: QueueView;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly onChange: (change: Partial<QueueView>) => void;
}

/** What narrows the list. */
export function FilterBar({ view, people, searchBox, onChange }: Props) {
  const texts = queueTexts.filters;
  const [typed, setTyped] = useState(view.search ?? '');
  useEffect(() => setTyped(view.search ?? ''), [view.search]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed is asked for once the typing rests.
  useEffect(() => {
    const wanted = typed.trim() || null;
    if (wanted === view.search || (wanted !== null && !isSearchable(wanted))) return;
    const timer = setTimeout(() => onChange({ search: wanted }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const short = typed.trim() !== '' && !isSearchable(typed.trim());
  const { sort, direction } = view;
  const isFiltered = viewParams({ ...view, sort: DEFAULT_VIEW.sort, direction: DEFAULT_VIEW.direction }).size > 0;
  const statuses = STATUSES.map((value) => ({ value, label: sharedTexts.status[value] }));
  const states = Object.entries(texts.state) as [SlaState, string][];
  return (
    <search className={classes.filters} aria-label={texts.label}>
      <TextInput
        ref={searchBox}
        className={classes.search}
        size="xs"
        type="search"
        value={typed}
        aria-label={texts.search}
        placeholder={texts.searchHint}
        leftSection={<Icon name="search" size={15} />}
        rightSection={typed ? <CloseButton size="xs" aria-label={texts.clear} onClick={() => setTyped('')} /> : null}
        error={short ? texts.searchShort : undefined}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <FilterMenu
        label={texts.status}
        options={[{ value: 'ANY' as const, label: texts.statusAny }, ...statuses]}
        chosen={view.status}
        onChange={(status) => {
          const added = status.find((each) => !view.status.includes(each));
          onChange({ status: added === 'ANY' ? ['ANY'] : (status.filter((each) => each !== 'ANY') as TicketStatus[]) });
        }}
      />
      <FilterMenu
        label={texts.assignee}
        single
        options={[
          { value: 'me', label: texts.me },
          { value: 'nobody', label: sharedTexts.nobody },
          ...people.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        chosen={view.assignee === null ? [] : [view.assignee]}
        onChange={([assignee = null]) => onChange({ assignee })}
      />
      <FilterMenu
        label={texts.priority}
        options={[1, 2, 3, 4].map((value) => ({ value, label: sharedTexts.priority[value] ?? '' }))}
        chosen={view.priority}
        onChange={(priority) => onChange({ priority: [...priority].sort() })}
      />
      <FilterMenu
        label={texts.sla}
        options={states.map(([value, label]) => ({ value, label }))}
        chosen={view.sla}
        onChange={(sla) => onChange({ sla })}
      />
      <FilterMenu
        label={texts.due}
        single
        options={Object.entries(texts.dueHours).map(([value, label]) => ({ value: Number(value), label }))}
        chosen={view.due === null ? [] : [view.due]}
        onChange={([due = null]) => onChange({ due })}
      />
      <FilterMenu
        label={texts.tier}
        single
        options={(['VIP', 'NORMAL'] as const).map((value) => ({ value, label: sharedTexts.tier[value] }))}
        chosen={view.tier === null ? [] : [view.tier]}
        onChange={([tier = null]) => onChange({ tier })}
      />
      {view.tag === null ? null : (
        <Button
          size="xs"
          variant="light"
          rightSection={<Icon name="cross" size={13} />}
          onClick={() => onChange({ tag: null })}
        >
          {texts.tag(view.tag)}
        </Button>
      )}
      {isFiltered ? (
        <Button size="xs" variant="subtle" onClick={() => onChange({ ...DEFAULT_VIEW, sort, direction })}>
          {texts.clear}
        </Button>
      ) : null}
    </search>
  );
}
