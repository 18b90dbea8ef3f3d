import type { ClientTier, TicketStatus } from '../api/schema.generated.ts';
import classes from './badges.module.css';
import { sharedTexts } from './texts.ts';

/** The status of a ticket; each has a shape of its own beside its colour. */
export function StatusBadge({ status }: { readonly status: TicketStatus }) {
  return (
    <span className={classes.status} data-status={status}>
      <span className={classes.mark} aria-hidden="true" />
      {sharedTexts.status[status]}
    </span>
  );
}

export function TierBadge({ tier }: { readonly tier: ClientTier }) {
  return (
    <span className={classes.tier} data-tier={tier}>
      {sharedTexts.tier[tier]}
    </span>
  );
}

/** 1 urgent to 4 low, as a number that stands out the more it matters. */
export function PriorityMark({ priority }: { readonly priority: number }) {
  const words = sharedTexts.priority[priority] ?? String(priority);
  return (
    <span className={classes.priority} data-priority={priority} title={words}>
      <span aria-hidden="true">P{priority}</span>
      <span className={classes.hidden}>{words}</span>
    </span>
  );
}
