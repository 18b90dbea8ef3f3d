import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { TierBadge } from '../shared/badges.tsx';
import { SlaCountdown } from '../shared/sla-countdown.tsx';
import classes from './ticket-line.module.css';
import type { WallTicket } from './wall-model.ts';

interface Props {
  readonly ticket: WallTicket;
  /** Who has to do with it. */
  readonly who: string;
  /** What can be done to it. */
  readonly children?: ReactNode;
}

/** A ticket in two lines: how its promise stands, what it is about, whose it is. */
export function TicketLine({ ticket, who, children }: Props) {
  const { reference, title, client, sla } = ticket;
  return (
    <li className={classes.row}>
      <span className={classes.promise}>
        <SlaCountdown clock={sla} />
      </span>
      <span className={classes.what}>
        <Link to={`/tickets/${reference}`} className={classes.link ?? ''} title={title}>
          <span className={classes.reference}>{reference}</span> {title}
        </Link>
        <span className={classes.who}>
          <span className={classes.cut}>{client.name}</span>
          {client.tier === 'VIP' ? <TierBadge tier="VIP" /> : null}
          <span className={classes.cut}>{who}</span>
        </span>
      </span>
      {children}
    </li>
  );
}
