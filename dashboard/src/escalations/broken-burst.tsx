import { Button } from '@mantine/core';
import { Icon } from '../shared/icons.tsx';
import { sharedTexts } from '../shared/texts.ts';
import classes from './board.module.css';
import { Since } from './broken-card.tsx';
import { wallTexts } from './texts.ts';
import lines from './ticket-line.module.css';
import { TicketLine } from './ticket-line.tsx';
import type { WallTicket } from './wall-model.ts';

const { waiting: texts } = wallTexts;
const NAMED = 4;

interface Props {
  readonly tickets: readonly WallTicket[];
  readonly busy: ReadonlySet<string>;
  readonly isCurrent: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  /** null: this person may not. */
  readonly onAcknowledge: (() => void) | null;
  readonly onAcknowledgeOne: ((ticketId: string) => void) | null;
}

/** Many that broke at once: one card, which opens to all of them. */
export function BrokenBurst(props: Props) {
  const { tickets, busy, isCurrent, isOpen, onToggle, onAcknowledge, onAcknowledgeOne } = props;
  const clients = [...new Set(tickets.map(({ client }) => client.name))];
  const rest = clients.length - NAMED;
  return (
    <li className={classes.card} data-current={isCurrent} data-burst="true">
      <p className={classes.state}>
        <Since at={tickets[0]?.sla.breachedAt ?? null} />
      </p>
      <h3 className={classes.what}>{texts.atOnce(tickets.length)}</h3>
      <p className={classes.who}>
        {clients.slice(0, NAMED).join(', ')}
        {rest > 0 ? ` ${texts.clients(rest)}` : ''}
      </p>
      <div className={classes.actions}>
        {onAcknowledge ? (
          <Button size="sm" loading={tickets.every(({ id }) => busy.has(id))} onClick={onAcknowledge}>
            {texts.acknowledgeAll(tickets.length)}
          </Button>
        ) : null}
        <Button
          size="sm"
          variant="default"
          aria-expanded={isOpen}
          onClick={onToggle}
          rightSection={<Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={14} />}
        >
          {isOpen ? texts.hide : texts.show}
        </Button>
      </div>
      {isOpen ? (
        <ul className={`${lines.list} ${classes.opened}`}>
          {tickets.map((ticket) => (
            <TicketLine key={ticket.id} ticket={ticket} who={ticket.assignee?.name ?? sharedTexts.nobody}>
              {onAcknowledgeOne ? (
                <Button
                  size="compact-xs"
                  variant="default"
                  loading={busy.has(ticket.id)}
                  aria-label={texts.acknowledgeOne(ticket.reference)}
                  onClick={() => onAcknowledgeOne(ticket.id)}
                >
                  {texts.acknowledge}
                </Button>
              ) : null}
            </TicketLine>
          ))}
        </ul>
      ) : null}
    </li>
  );
}
