import { Button, Menu } from '@mantine/core';
import { Link } from 'react-router';
import type { TicketStatus } from '../api/schema.generated.ts';
import { LEADS, useUser } from '../api/use-session.ts';
import { PriorityMark, TierBadge } from '../shared/badges.tsx';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { RoleGate } from '../shared/role-gate.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { ticketCommands } from './commands.ts';
import { Escalations } from './escalations.tsx';
import { ticketTexts as texts } from './texts.ts';
import classes from './ticket-page.module.css';
import type { OpenTicket } from './use-ticket.ts';

interface Props {
  readonly open: OpenTicket;
  readonly people: readonly { readonly id: string; readonly name: string; readonly active: boolean }[];
}

/** What can be done to the ticket, and what is known of it. */
export function SidePanel({ open, people }: Props) {
  const { ticket, isPending, change, act } = open;
  return (
    <aside className={classes.side} aria-label={texts.facts}>
      {ticket.deletedAt === null ? (
        <fieldset className={classes.actions}>
          <legend className={classes.label}>{texts.status.label}</legend>
          {ticket.allowedTransitions.length === 0 ? <p className={classes.soft}>{texts.status.none}</p> : null}
          {ticket.allowedTransitions.map((status) => (
            <Button
              key={status}
              variant={status === 'RESOLVED' ? 'filled' : 'default'}
              size="xs"
              disabled={isPending}
              onClick={() => void change({ status }, ticket.version)}
            >
              {wordFor(status)}
            </Button>
          ))}
        </fieldset>
      ) : null}
      <dl className={classes.facts}>
        <dt>{texts.assignee}</dt>
        <dd>
          {ticket.assignee?.name ?? sharedTexts.nobody}
          <AssignButtons open={open} people={people} />
        </dd>
        <dt>{texts.client}</dt>
        <dd>
          {ticket.client.name} <TierBadge tier={ticket.client.tier} />
        </dd>
        <dt>{texts.priority}</dt>
        <dd>
          <PriorityMark priority={ticket.priority} /> {sharedTexts.priority[ticket.priority]?.slice(2)}
        </dd>
        {ticket.tags.length > 0 ? (
          <>
            <dt>{texts.tags}</dt>
            <dd className={classes.tags}>
              {ticket.tags.map((tag) => (
                <Link key={tag} to={`/queue?tag=${encodeURIComponent(tag)}`} className={classes.tag ?? ''}>
                  {tag}
                </Link>
              ))}
            </dd>
          </>
        ) : null}
        <dt>{texts.opened}</dt>
        <dd>
          <Instant at={ticket.createdAt} as="short" /> {texts.by(ticket.createdBy.name)}
        </dd>
        <dt>{texts.updated}</dt>
        <dd>
          <Instant at={ticket.updatedAt} />
        </dd>
      </dl>
      <Escalations open={open} />
      <RoleGate roles={LEADS}>
        {ticket.deletedAt === null ? (
          <Button
            className={classes.remove}
            variant="subtle"
            color="red"
            size="xs"
            leftSection={<Icon name="trash" size={15} />}
            onClick={() => void act(() => ticketCommands.remove(ticket.id))}
          >
            {texts.remove}
          </Button>
        ) : (
          <Button size="xs" onClick={() => void act(() => ticketCommands.restore(ticket.id))}>
            {texts.restore}
          </Button>
        )}
      </RoleGate>
    </aside>
  );
}

/** Agents take what nobody holds and let go of their own; others give it to anybody. */
function AssignButtons({ open, people }: Props) {
  const { ticket, change, isPending } = open;
  const user = useUser();
  const isLead = LEADS.includes(user.role);
  const holder = ticket.assignee?.id ?? null;
  const assign = (assignee: { readonly id: string; readonly name: string } | null) =>
    void change({ assignee: assignee && { id: assignee.id, name: assignee.name } }, ticket.version);
  if (ticket.deletedAt !== null) return null;
  return (
    <span className={classes.assign}>
      {holder !== user.id && (isLead || holder === null) ? (
        <Button size="compact-xs" variant="default" disabled={isPending} onClick={() => assign(user)}>
          {texts.assign.take}
        </Button>
      ) : null}
      {holder !== null && (isLead || holder === user.id) ? (
        <Button size="compact-xs" variant="default" disabled={isPending} onClick={() => assign(null)}>
          {texts.assign.release}
        </Button>
      ) : null}
      {isLead ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              size="compact-xs"
              variant="default"
              disabled={isPending}
              rightSection={<Icon name="chevronDown" size={13} />}
            >
              {texts.assign.other}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
            {people
              .filter(({ active }) => active)
              .map((person) => (
                <Menu.Item key={person.id} onClick={() => assign(person)}>
                  {person.name}
                </Menu.Item>
              ))}
          </Menu.Dropdown>
        </Menu>
      ) : null}
    </span>
  );
}

function wordFor(status: TicketStatus): string {
  return (texts.status.to as Readonly<Record<string, string>>)[status] ?? sharedTexts.status[status];
}
