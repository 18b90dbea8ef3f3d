import { Button } from '@mantine/core';
import { LEADS } from '../api/use-session.ts';
import { Instant } from '../shared/instant.tsx';
import { RoleGate } from '../shared/role-gate.tsx';
import { ticketCommands } from './commands.ts';
import { ticketTexts } from './texts.ts';
import classes from './ticket-page.module.css';
import type { OpenTicket } from './use-ticket.ts';

const { escalations: texts } = ticketTexts;

/** Every level that the ticket went through, and whether somebody took it on. */
export function Escalations({ open }: { readonly open: OpenTicket }) {
  const { ticket, act } = open;
  if (ticket.escalations.length === 0) return null;
  const waits = ticket.escalations.some(({ acknowledgedAt }) => acknowledgedAt === null);
  const isOpen = ticket.sla.metAt === null && ticket.deletedAt === null;
  return (
    <section>
      <h2 className={classes.label}>{texts.title}</h2>
      <ul className={classes.escalations}>
        {ticket.escalations.map(({ id, level, reason, escalatedAt, acknowledgedBy }) => (
          <li key={id}>
            <strong>{texts.level(level)}</strong>, {texts.reason[reason] ?? reason}, <Instant at={escalatedAt} />
            {acknowledgedBy ? <span>, {texts.acknowledged(acknowledgedBy.name)}</span> : null}
          </li>
        ))}
      </ul>
      {waits && isOpen ? (
        <RoleGate roles={LEADS}>
          <Button size="xs" variant="light" onClick={() => void act(() => ticketCommands.acknowledge(ticket.id))}>
            {texts.acknowledge}
          </Button>
        </RoleGate>
      ) : null}
    </section>
  );
}
