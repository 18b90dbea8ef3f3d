import { Button, Select } from '@mantine/core';
import { useRef, useState } from 'react';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { RoleGate } from '../shared/role-gate.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { useTitle } from '../shared/use-title.ts';
import classes from './admin.module.css';
import { type AdminUserFragment, AdminUsersDocument } from './documents.generated.ts';
import { NewUser } from './new-user.tsx';
import { filterPeople, ROLES } from './people.ts';
import { SearchBox } from './search-box.tsx';
import { adminTexts } from './texts.ts';
import { userTexts as texts } from './texts-people.ts';
import { useAddress } from './use-address.ts';
import { ActiveDialog, RoleDialog } from './user-dialogs.tsx';

/** The API gives no more at once. */
const MOST = 500;
type Dialog = { readonly kind: 'new' } | { readonly kind: 'role' | 'active'; readonly user: AdminUserFragment };

/** Who can sign in and as what; administrators change it. */
export function UsersPage() {
  useTitle(adminTexts.page(texts.title));
  const me = useUser();
  const [params, change] = useAddress();
  const { data, problem, reload } = useAnswer(AdminUsersDocument, {});
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const isAdmin = me.role === 'ADMIN';
  useShortcuts(adminTexts.keyboardGroup, [
    { keys: '/', does: adminTexts.keyboardSearch, run: () => box.current?.focus() },
    ...(isAdmin ? [{ keys: 'c', does: texts.create, run: () => setDialog({ kind: 'new' }) }] : []),
  ]);
  const [search, role, active] = [params.get('q') ?? '', params.get('role'), params.get('active')];
  const users = data ? filterPeople(data.users, { search, role, active }) : undefined;
  const close = (): void => setDialog(null);
  const clear = (): void => change({ q: null, role: null, active: null });
  return (
    <>
      <div className={classes.line}>
        <h1 className={classes.title}>{texts.title}</h1>
        {users ? (
          <span className={classes.count}>{adminTexts.shown(users.length, data?.users.length ?? 0)}</span>
        ) : null}
        <RoleGate roles={['ADMIN']}>
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setDialog({ kind: 'new' })}>
            {texts.create}
          </Button>
        </RoleGate>
      </div>
      <search className={classes.filters} aria-label={texts.filters}>
        <SearchBox label={texts.search} value={search} box={box} onChange={(q) => change({ q })} />
        <Select
          size="xs"
          aria-label={texts.role}
          placeholder={texts.anyRole}
          clearable
          clearButtonProps={{ 'aria-label': `${adminTexts.any}: ${texts.role}` }}
          data={ROLES.map((value) => ({ value, label: sharedTexts.role[value] }))}
          value={role}
          onChange={(value) => change({ role: value })}
        />
        <Select
          size="xs"
          aria-label={texts.state}
          placeholder={texts.anyState}
          clearable
          clearButtonProps={{ 'aria-label': `${adminTexts.any}: ${texts.state}` }}
          data={[
            { value: 'yes', label: texts.active.true },
            { value: 'no', label: texts.active.false },
          ]}
          value={active}
          onChange={(value) => change({ active: value })}
        />
      </search>
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {!users && !problem ? <RowsSkeleton /> : null}
      {users?.length === 0 ? (
        <EmptyState icon="people" title={texts.none} words={texts.noneWords}>
          <Button variant="default" onClick={clear}>
            {adminTexts.clear}
          </Button>
        </EmptyState>
      ) : null}
      {users && users.length > 0 ? (
        <table className={classes.table} aria-label={texts.table}>
          <thead>
            <tr>
              <th scope="col">{texts.columns.name}</th>
              <th scope="col">{texts.columns.email}</th>
              <th scope="col">{texts.columns.role}</th>
              <th scope="col">{texts.columns.active}</th>
              <th scope="col">{texts.columns.since}</th>
              {isAdmin ? (
                <th scope="col" className={classes.actions}>
                  <span className={classes.hidden}>{texts.columns.actions}</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <Row key={user.id} user={user} isMe={user.id === me.id} isAdmin={isAdmin} onDialog={setDialog} />
            ))}
          </tbody>
        </table>
      ) : null}
      {data?.users.length === MOST ? <p className={classes.soft}>{texts.most}</p> : null}
      {dialog?.kind === 'new' ? <NewUser onClose={close} onDone={reload} /> : null}
      {dialog?.kind === 'role' ? <RoleDialog user={dialog.user} onClose={close} onDone={reload} /> : null}
      {dialog?.kind === 'active' ? <ActiveDialog user={dialog.user} onClose={close} onDone={reload} /> : null}
    </>
  );
}

interface RowProps {
  readonly user: AdminUserFragment;
  readonly isMe: boolean;
  readonly isAdmin: boolean;
  readonly onDialog: (dialog: Dialog) => void;
}

function Row({ user, isMe, isAdmin, onDialog }: RowProps) {
  const { columns } = texts;
  const toggle = user.active ? texts.deactivate : texts.activate;
  return (
    <tr>
      <th scope="row">
        {user.name} {isMe ? <span className={classes.count}>({texts.you})</span> : null}
      </th>
      <td className={classes.email}>{user.email}</td>
      <td data-label={columns.role}>{sharedTexts.role[user.role]}</td>
      <td data-label={columns.active}>
        <span className={classes.tag} data-tone={user.active ? 'good' : 'off'}>
          <Icon name={user.active ? 'check' : 'lock'} size={14} />
          {texts.active[user.active ? 'true' : 'false']}
        </span>
      </td>
      <td data-label={columns.since}>
        <Instant at={user.createdAt} as="date" />
      </td>
      {isAdmin ? (
        <td className={classes.actions}>
          <span className={classes.actionRow}>
            {isMe ? null : (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={texts.of(texts.changeRole, user.name)}
                onClick={() => onDialog({ kind: 'role', user })}
              >
                {texts.changeRole}
              </Button>
            )}
            <Button
              size="compact-xs"
              variant="default"
              aria-label={texts.of(toggle, user.name)}
              onClick={() => onDialog({ kind: 'active', user })}
            >
              {toggle}
            </Button>
          </span>
        </td>
      ) : null}
    </tr>
  );
}
