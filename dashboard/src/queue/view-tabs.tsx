import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import classes from './queue-page.module.css';
import { forgetView, type NamedView, savedViews, saveView } from './saved-views.ts';
import { queueTexts } from './texts.ts';

const { views: texts } = queueTexts;
/** Addresses of the views that everybody has; as `viewParams` writes them. */
const COMMON: readonly NamedView[] = [
  { name: texts.open, query: '' },
  { name: texts.mine, query: 'assignee=me' },
  { name: texts.unassigned, query: 'assignee=nobody' },
  { name: texts.soon, query: 'due=60' },
  { name: texts.broken, query: 'sla=BREACHED' },
  { name: texts.everything, query: 'status=ANY&sort=CREATED_AT&dir=DESC' },
];

/** The views as links; `query`: the present address, as `viewParams` writes it. */
export function ViewTabs({ query }: { readonly query: string }) {
  const { id } = useUser();
  const [saved, setSaved] = useState(() => savedViews(localStorage, id));
  const decoded = decodeURIComponent(query);
  const isKnown = [...COMMON, ...saved].some((view) => decodeURIComponent(view.query) === decoded);
  return (
    <nav className={classes.tabs} aria-label={texts.label}>
      {[...COMMON, ...saved].map((view) => (
        <Link
          key={view.name}
          to={view.query === '' ? '/queue' : `/queue?${view.query}`}
          className={classes.tab ?? ''}
          aria-current={decodeURIComponent(view.query) === decoded ? 'page' : undefined}
        >
          {view.name}
        </Link>
      ))}
      {saved.length > 0 ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={texts.saved}>
              <Icon name="edit" size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {saved.map(({ name }) => (
              <Menu.Item
                key={name}
                leftSection={<Icon name="trash" size={15} />}
                onClick={() => setSaved(forgetView(localStorage, id, name))}
              >
                {texts.forget(name)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      ) : null}
      {isKnown ? null : <SaveView onSave={(name) => setSaved(saveView(localStorage, id, { name, query }))} />}
    </nav>
  );
}

function SaveView({ onSave }: { readonly onSave: (name: string) => void }) {
  const [name, setName] = useState<string | null>(null);
  if (name === null) {
    return (
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={() => setName('')}
        leftSection={<Icon name="plus" size={14} />}
      >
        {texts.save}
      </Button>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') onSave(name.trim());
  };
  return (
    <form onSubmit={submit} className={classes.save}>
      <TextInput
        size="xs"
        maxLength={40}
        aria-label={texts.name}
        placeholder={texts.name}
        value={name}
        autoFocus
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setName(null);
        }}
      />
      <Button size="xs" type="submit">
        {texts.keep}
      </Button>
    </form>
  );
}
