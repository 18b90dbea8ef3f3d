import { Button, Select } from '@mantine/core';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import type { ClientTier } from '../api/schema.generated.ts';
import { useAnswer } from '../api/use-answer.ts';
import { TierBadge } from '../shared/badges.tsx';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { useTitle } from '../shared/use-title.ts';
import classes from './admin.module.css';
import { ClientDialog } from './client-dialog.tsx';
import { type AdminClientFragment, AdminClientsDocument } from './documents.generated.ts';
import { SearchBox } from './search-box.tsx';
import { adminTexts } from './texts.ts';
import { clientTexts as texts } from './texts-people.ts';
import { useAddress } from './use-address.ts';

/** The API gives no more at once, and has no next page. */
const MOST = 500;
const TIERS: readonly ClientTier[] = ['VIP', 'NORMAL'];

/** Whose tickets the desk works on, and by which promise. */
export function ClientsPage() {
  useTitle(adminTexts.page(texts.title));
  const [params, change] = useAddress();
  const [edited, setEdited] = useState<AdminClientFragment | 'new' | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const search = params.get('q') ?? '';
  const tier = TIERS.find((each) => each === params.get('tier')) ?? null;
  const { data, problem, reload } = useAnswer(AdminClientsDocument, { search: search || null, tier });
  useShortcuts(adminTexts.keyboardGroup, [
    { keys: '/', does: adminTexts.keyboardSearch, run: () => box.current?.focus() },
    { keys: 'c', does: texts.create, run: () => setEdited('new') },
  ]);
  const clients = data?.clients;
  const isFiltered = search !== '' || tier !== null;
  return (
    <>
      <div className={classes.line}>
        <h1 className={classes.title}>{texts.title}</h1>
        {clients ? <span className={classes.count}>{adminTexts.count(clients.length)}</span> : null}
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setEdited('new')}>
          {texts.create}
        </Button>
      </div>
      <search className={classes.filters} aria-label={texts.filters}>
        <SearchBox label={texts.search} value={search} box={box} onChange={(q) => change({ q })} />
        <Select
          size="xs"
          aria-label={texts.tier}
          placeholder={texts.anyTier}
          clearable
          clearButtonProps={{ 'aria-label': `${adminTexts.any}: ${texts.tier}` }}
          data={TIERS.map((value) => ({ value, label: sharedTexts.tier[value] }))}
          value={tier}
          onChange={(value) => change({ tier: value })}
        />
      </search>
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {!clients && !problem ? <RowsSkeleton /> : null}
      {clients?.length === 0 && !problem ? (
        <EmptyState
          icon="people"
          title={isFiltered ? texts.none : texts.first}
          words={isFiltered ? texts.noneWords : texts.firstWords}
        >
          {isFiltered ? (
            <Button variant="default" onClick={() => change({ q: null, tier: null })}>
              {adminTexts.clear}
            </Button>
          ) : null}
        </EmptyState>
      ) : null}
      {clients && clients.length > 0 ? (
        <table className={classes.table} aria-label={texts.table}>
          <thead>
            <tr>
              <th scope="col">{texts.columns.name}</th>
              <th scope="col">{texts.columns.tier}</th>
              <th scope="col" className={classes.number}>
                {texts.columns.open}
              </th>
              <th scope="col">{texts.columns.since}</th>
              <th scope="col" className={classes.actions}>
                <span className={classes.hidden}>{texts.columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {clients.map((client) => (
              <Row key={client.id} client={client} onEdit={() => setEdited(client)} />
            ))}
          </tbody>
        </table>
      ) : null}
      {clients?.length === MOST ? <p className={classes.soft}>{texts.most}</p> : null}
      {edited ? (
        <ClientDialog client={edited === 'new' ? null : edited} onClose={() => setEdited(null)} onDone={reload} />
      ) : null}
    </>
  );
}

function Row({ client, onEdit }: { readonly client: AdminClientFragment; readonly onEdit: () => void }) {
  const { columns } = texts;
  return (
    <tr>
      <th scope="row">{client.name}</th>
      <td>
        <TierBadge tier={client.tier} />
      </td>
      <td className={classes.number} data-label={columns.open}>
        {client.openTickets === 0 ? (
          client.openTickets
        ) : (
          <Link
            className={classes.link ?? ''}
            to={`/queue?client=${client.id}`}
            aria-label={`${texts.tickets(client.name)}: ${client.openTickets}`}
          >
            {adminTexts.count(client.openTickets)}
          </Link>
        )}
      </td>
      <td data-label={columns.since}>
        <Instant at={client.createdAt} as="date" />
      </td>
      <td className={classes.actions}>
        <Button size="compact-xs" variant="default" aria-label={texts.editOf(client.name)} onClick={onEdit}>
          {texts.edit}
        </Button>
      </td>
    </tr>
  );
}
