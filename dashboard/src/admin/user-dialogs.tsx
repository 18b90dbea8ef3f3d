import { Stack } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { ask } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { tellDone } from '../shared/notify.ts';
import { sharedTexts } from '../shared/texts.ts';
import classes from './admin.module.css';
import { Confirm } from './confirm.tsx';
import {
  type AdminUserFragment,
  SetUserActiveDocument,
  SetUserRoleDocument,
  TicketsHeldByDocument,
} from './documents.generated.ts';
import { RoleChoice } from './new-user.tsx';
import { userTexts } from './texts-people.ts';

interface Props {
  readonly user: AdminUserFragment;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Another role, and what that does to whoever is signed in. */
export function RoleDialog({ user, onClose, onDone }: Props) {
  const texts = userTexts.roleDialog;
  const [role, setRole] = useState(user.role);
  return (
    <Confirm
      title={texts.title(user.name)}
      action={texts.submit}
      isDangerous={false}
      onClose={onClose}
      onConfirm={async () => {
        if (role === user.role) return;
        const { setUserRole } = await ask(SetUserRoleDocument, { id: user.id, role });
        tellDone(texts.done(setUserRole.name, sharedTexts.role[setUserRole.role]));
        onDone();
      }}
    >
      <Stack gap="sm">
        <RoleChoice value={role} onChange={setRole} />
        <p className={classes.soft}>{texts.words(user.name)}</p>
      </Stack>
    </Confirm>
  );
}

/** Keeps somebody out, or lets them in again. */
export function ActiveDialog({ user, onClose, onDone }: Props) {
  const isMe = useUser().id === user.id;
  const { deactivation, activation } = userTexts;
  const texts = user.active ? deactivation : activation;
  const set = async (): Promise<void> => {
    await ask(SetUserActiveDocument, { id: user.id, active: !user.active });
    tellDone(texts.done(user.name));
    onDone();
  };
  return (
    <Confirm
      title={texts.title(user.name)}
      action={texts.submit}
      isDangerous={user.active}
      onClose={onClose}
      onConfirm={set}
    >
      {user.active ? (
        <Stack gap="xs">
          <span>{isMe ? deactivation.yourself : deactivation.words(user.name)}</span>
          <TheirTickets id={user.id} />
        </Stack>
      ) : (
        activation.words(user.name, sharedTexts.role[user.role])
      )}
    </Confirm>
  );
}

function TheirTickets({ id }: { readonly id: string }) {
  const { data } = useAnswer(TicketsHeldByDocument, { id });
  const held = data?.tickets.totalCount;
  if (held === undefined) return null;
  const { tickets, seeTickets } = userTexts.deactivation;
  return (
    <span>
      {tickets(held)}{' '}
      {held > 0 ? (
        <Link className={classes.link ?? ''} to={`/queue?assignee=${id}`}>
          {seeTickets}
        </Link>
      ) : null}
    </span>
  );
}
