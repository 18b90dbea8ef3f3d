import { Button, Select, TextInput } from '@mantine/core';
import { ask } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import classes from './admin.module.css';
import { AuditEntryRow, type Entry } from './audit-entry.tsx';
import { auditVariables, auditView } from './audit-view.ts';
import { AuditPageDocument, AuditPeopleDocument } from './documents.generated.ts';
import { adminTexts } from './texts.ts';
import { auditTexts as texts } from './texts-audit.ts';
import { useAddress } from './use-address.ts';
import { usePaged } from './use-paged.ts';

/** Who did what, when, and what came of it; for administrators, by the API. */
export function AuditPage() {
  useTitle(adminTexts.page(texts.title));
  const { role } = useUser();
  if (role === 'ADMIN') return <Trail />;
  return <EmptyState icon="lock" title={adminTexts.adminsOnly} words={adminTexts.adminsOnlyWords} />;
}

function Trail() {
  const [params, change] = useAddress();
  const view = auditView(params);
  const variables = auditVariables(view);
  const list = usePaged<Entry>(JSON.stringify(variables), async (after, first, signal) => {
    const { auditLog } = await ask(AuditPageDocument, { ...variables, after, first }, signal);
    return auditLog;
  });
  const people = useAnswer(AuditPeopleDocument, {}).data?.users ?? [];
  const nameOf = (id: string | null): string | null => people.find((person) => person.id === id)?.name ?? null;
  const clear = (): void => change({ actor: null, action: null, subject: null, from: null, to: null });
  const { items, problem, isLoading, hasMore } = list;
  const isFiltered = Object.values(view).some((value) => value !== null);
  const { columns } = texts;
  return (
    <>
      <div className={classes.line}>
        <h1 className={classes.title}>{texts.title}</h1>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="refresh" size={15} />}
          onClick={() => void list.reload()}
        >
          {texts.newest}
        </Button>
      </div>
      <Filters view={view} people={people} onChange={change} onClear={isFiltered ? clear : null} />
      {problem ? <ErrorState problem={problem} onRetry={() => void list.reload()} /> : null}
      {!items && !problem ? <RowsSkeleton /> : null}
      {items?.length === 0 ? (
        <EmptyState icon="history" title={texts.none} words={texts.noneWords}>
          {isFiltered ? (
            <Button variant="default" onClick={clear}>
              {adminTexts.clear}
            </Button>
          ) : null}
        </EmptyState>
      ) : null}
      {items && items.length > 0 ? (
        <table className={classes.table} aria-label={texts.table}>
          <thead>
            <tr>
              <th scope="col">{columns.when}</th>
              <th scope="col">{columns.who}</th>
              <th scope="col">{columns.what}</th>
              <th scope="col">{columns.subject}</th>
              <th scope="col">{columns.outcome}</th>
              <th scope="col" className={classes.actions}>
                <span className={classes.hidden}>{texts.details}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((entry) => (
              <AuditEntryRow
                key={entry.id}
                entry={entry}
                nameOf={nameOf}
                onSubject={(subject) => change({ subject })}
              />
            ))}
          </tbody>
        </table>
      ) : null}
      {hasMore ? (
        <div className={classes.after}>
          <Button variant="default" loading={isLoading} onClick={() => void list.more()}>
            {adminTexts.more}
          </Button>
        </div>
      ) : null}
    </>
  );
}

interface FiltersProps {
  readonly view: ReturnType<typeof auditView>;
  readonly people: readonly { readonly id: string; readonly name: string; readonly email: string }[];
  readonly onChange: ReturnType<typeof useAddress>[1];
  readonly onClear: (() => void) | null;
}

function Filters({ view, people, onChange, onClear }: FiltersProps) {
  const actions = Object.entries(texts.actions)
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <search className={classes.filters} aria-label={texts.filters}>
      <Select
        size="xs"
        label={texts.actor}
        placeholder={texts.anybody}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': `${adminTexts.any}: ${texts.actor}` }}
        data={people.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }))}
        value={view.actor}
        onChange={(actor) => onChange({ actor })}
      />
      <Select
        size="xs"
        label={texts.action}
        placeholder={texts.anything}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': `${adminTexts.any}: ${texts.action}` }}
        data={actions}
        value={view.action}
        onChange={(action) => onChange({ action })}
      />
      <TextInput
        key={view.subject}
        size="xs"
        label={texts.subject}
        placeholder={texts.subjectHint}
        defaultValue={view.subject ?? ''}
        onBlur={(event) => onChange({ subject: event.currentTarget.value.trim() || null })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
      <TextInput
        size="xs"
        type="date"
        label={texts.from}
        value={view.from ?? ''}
        max={view.to ?? undefined}
        onChange={(event) => onChange({ from: event.currentTarget.value || null })}
      />
      <TextInput
        size="xs"
        type="date"
        label={texts.to}
        value={view.to ?? ''}
        min={view.from ?? undefined}
        onChange={(event) => onChange({ to: event.currentTarget.value || null })}
      />
      {onClear ? (
        <Button size="xs" variant="subtle" onClick={onClear}>
          {adminTexts.clear}
        </Button>
      ) : null}
    </search>
  );
}
