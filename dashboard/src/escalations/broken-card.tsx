import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';
import { Link } from 'react-router';
import { serverClock } from '../api/server-clock.ts';
import { TierBadge } from '../shared/badges.tsx';
import { durationWords } from '../shared/duration.ts';
import { Icon } from '../shared/icons.tsx';
import { exactInstant } from '../shared/instant.tsx';
import { sharedTexts } from '../shared/texts.ts';
import { useNowText } from '../shared/use-now.ts';
import classes from './board.module.css';
import { wallTexts } from './texts.ts';
import { calledAt, type WallTicket } from './wall-model.ts';

/** What has called for somebody since is drawn as news. */
const NEWS_MS = 5_000;

const { waiting: texts } = wallTexts;

interface Props {
  readonly ticket: WallTicket;
  readonly isCurrent: boolean;
  readonly isBusy: boolean;
  /** null: this person may not. */
  readonly onAcknowledge: (() => void) | null;
}

/** One broken promise that nobody has taken on. */
export function BrokenCard({ ticket, isCurrent, isBusy, onAcknowledge }: Props) {
  const [isNews] = useState(() => serverClock.now() - calledAt(ticket) < NEWS_MS);
  return (
    <li className={classes.card} data-current={isCurrent} data-news={isNews} data-level={ticket.escalationLevel}>
      <p className={classes.state}>
        <Since at={ticket.sla.breachedAt} />
        <LevelBadge level={ticket.escalationLevel} />
        <NextLevel ticket={ticket} />
      </p>
      <h3 className={classes.what}>
        <Link to={`/tickets/${ticket.reference}`} className={classes.link ?? ''}>
          <span className={classes.reference}>{ticket.reference}</span> {ticket.title}
        </Link>
      </h3>
      <p className={classes.who}>
        <span>{ticket.client.name}</span>
        {ticket.client.tier === 'VIP' ? <TierBadge tier="VIP" /> : null}
        <span className={classes.holder}>
          <Icon name="person" size={14} />
          {ticket.assignee?.name ?? sharedTexts.nobody}
        </span>
      </p>
      {onAcknowledge ? (
        <Button
          className={classes.action ?? ''}
          size="sm"
          loading={isBusy}
          aria-label={texts.acknowledgeOne(ticket.reference)}
          onClick={onAcknowledge}
        >
          {texts.acknowledge}
        </Button>
      ) : null}
    </li>
  );
}

/** For how long it has been broken, large. */
export function Since({ at }: { readonly at: string | null }) {
  const broken = at === null ? null : Date.parse(at);
  const words = useNowText(
    useCallback((now: number) => (broken === null ? '' : durationWords(Math.max(0, now - broken))), [broken]),
  );
  if (at === null) return null;
  return (
    <span className={classes.since} title={exactInstant(at)}>
      <span className={classes.sinceWords}>{texts.brokenFor} </span>
      {words}
    </span>
  );
}

function LevelBadge({ level }: { readonly level: number }) {
  return (
    <span className={classes.level} data-level={level}>
      {texts.level(level)}
    </span>
  );
}

/** When the next level comes unless somebody acknowledges. */
function NextLevel({ ticket }: { readonly ticket: WallTicket }) {
  const { nextEscalationAt } = ticket.sla;
  const level = ticket.escalationLevel + 1;
  const words = useNowText(
    useCallback(
      (now: number) => {
        if (nextEscalationAt === null) return '';
        const left = Date.parse(nextEscalationAt) - now;
        return left > 0 ? texts.nextLevel(level, durationWords(left)) : texts.nextLevelNow(level);
      },
      [nextEscalationAt, level],
    ),
  );
  if (nextEscalationAt === null) return null;
  return (
    <span className={classes.ladder} title={exactInstant(nextEscalationAt)}>
      {words}
    </span>
  );
}
