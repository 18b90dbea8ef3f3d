import { wallTexts } from './texts.ts';
import classes from './ticket-line.module.css';
import { TicketLine } from './ticket-line.tsx';
import { NEXT_SHOWN, type WallTicket } from './wall-model.ts';

const { next: texts } = wallTexts;

/** What breaks next unless somebody does something, ticking. */
export function NextDue({ tickets }: { readonly tickets: readonly WallTicket[] }) {
  return (
    <section aria-labelledby="next-due">
      <h2 className={classes.title} id="next-due">
        {texts.title}
      </h2>
      {tickets.length === 0 ? <p className={classes.none}>{texts.none}</p> : null}
      <ol className={classes.list} data-ranked="true">
        {tickets.slice(0, NEXT_SHOWN).map((ticket) => (
          <TicketLine key={ticket.id} ticket={ticket} who={texts.holder(ticket.assignee?.name)} />
        ))}
      </ol>
    </section>
  );
}
