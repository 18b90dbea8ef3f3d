import { Button } from '@mantine/core';
import { Instant } from '../shared/instant.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { wordsOf } from './history-words.ts';
import { ticketTexts } from './texts.ts';
import classes from './ticket-page.module.css';
import type { OpenTicket } from './use-ticket.ts';

interface Props {
  readonly open: OpenTicket;
  readonly nameOf: (id: string) => string;
}

/** Everything that happened to the ticket, oldest first. */
export function Timeline({ open, nameOf }: Props) {
  const texts = ticketTexts.history;
  const { items, hasMore } = open.history;
  if (items.length === 0) return <p className={classes.soft}>{texts.none}</p>;
  return (
    <>
      <ol className={classes.timeline}>
        {items.map((event) => {
          const { byActor, text, tone } = wordsOf(event, nameOf);
          return (
            <li key={event.id} className={classes.event} data-tone={tone}>
              <span>
                {byActor ? <strong>{event.actor?.name ?? sharedTexts.system} </strong> : null}
                {text}
              </span>
              <span className={classes.soft}>
                <Instant at={event.occurredAt} />
              </span>
            </li>
          );
        })}
      </ol>
      {hasMore ? (
        <Button variant="default" size="xs" onClick={() => void open.readHistory()}>
          {texts.more}
        </Button>
      ) : null}
    </>
  );
}
