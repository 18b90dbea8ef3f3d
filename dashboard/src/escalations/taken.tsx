import { wallTexts } from './texts.ts';
import classes from './ticket-line.module.css';
import { TicketLine } from './ticket-line.tsx';
import { takenBy, type WallTicket } from './wall-model.ts';

const { taken: texts } = wallTexts;

/** Broken, and in somebody's hands. */
export function Taken({ tickets }: { readonly tickets: readonly WallTicket[] }) {
  if (tickets.length === 0) return null;
  return (
    <section aria-labelledby="taken-on">
      <h2 className={classes.title} id="taken-on">
        {texts.title} <span className={classes.count}>{tickets.length}</span>
      </h2>
      <ul className={classes.list} data-calm="true">
        {tickets.map((ticket) => (
          <TicketLine key={ticket.id} ticket={ticket} who={texts.by(takenBy(ticket) ?? '')} />
        ))}
      </ul>
    </section>
  );
}
