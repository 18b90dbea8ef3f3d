import { Button, UnstyledButton } from '@mantine/core';
import { memo, useState } from 'react';
import { Link } from 'react-router';
import { serverClock } from '../api/server-clock.ts';
import { Icon, type IconName } from '../shared/icons.tsx';
import { exactInstant } from '../shared/instant.tsx';
import { countWords } from './alarm.ts';
import { FEED_LENGTH, type FeedEntry, type FeedSnapshot, type WallAlert } from './alert-feed.ts';
import classes from './alert-list.module.css';
import { type Group, inBursts } from './bursts.ts';
import { clockTime } from './clock-time.ts';
import { wallTexts } from './texts.ts';

const { alerts: texts } = wallTexts;

const ICONS: Readonly<Record<WallAlert['kind'], IconName>> = {
  AT_RISK: 'warning',
  BREACHED: 'flame',
  ESCALATED: 'arrowUp',
  ACKNOWLEDGED: 'check',
};

/** Every alert since the list began, newest first; many at once, or of a time away, as one line that opens. */
export function AlertList({ snapshot, onClear }: { readonly snapshot: FeedSnapshot; readonly onClear: () => void }) {
  const { entries, isFull } = snapshot;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const groups = inBursts(entries, {
    id: ({ alert }) => alert.id,
    at: ({ alert }) => Date.parse(alert.detectedAt),
    kind: ({ missedUntil }) => (missedUntil === null ? null : String(missedUntil)),
  });
  const toggle = (id: string): void =>
    setOpened((before) =>
      before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id]),
    );
  return (
    <section aria-labelledby="alerts">
      <div className={classes.head}>
        <h2 className={classes.title} id="alerts">
          {texts.title}
        </h2>
        {entries.length > 0 ? (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onClear}>
            {texts.clear}
          </Button>
        ) : null}
      </div>
      {entries.length === 0 ? <p className={classes.none}>{texts.none}</p> : null}
      <div role="log" aria-label={texts.title}>
        <ol className={classes.list}>
          {groups.map((group) => {
            const [first] = group.items;
            if (!first) return null;
            if (group.items.length === 1) return <AlertLine key={group.id} entry={first} />;
            return (
              <AlertBurst
                key={group.id}
                group={group}
                isOpen={opened.has(group.id)}
                onToggle={() => toggle(group.id)}
              />
            );
          })}
        </ol>
      </div>
      {isFull ? <p className={classes.none}>{texts.full(FEED_LENGTH)}</p> : null}
    </section>
  );
}

interface BurstProps {
  readonly group: Group<FeedEntry>;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function AlertBurst({ group, isOpen, onToggle }: BurstProps) {
  const { items } = group;
  const isMissed = items[0]?.missedUntil !== null;
  return (
    <li className={classes.burst}>
      <UnstyledButton className={classes.opener} aria-expanded={isOpen} onClick={onToggle}>
        <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={15} />
        <span>
          <strong>{isMissed ? texts.missed(items.length) : texts.burst(items.length)}</strong>
          <span className={classes.counts}>{countWords(items.map(({ alert }) => alert))}</span>
        </span>
      </UnstyledButton>
      {isOpen ? (
        <ol className={classes.list}>
          {items.map((entry) => (
            <AlertLine key={entry.alert.id} entry={entry} isGrouped />
          ))}
        </ol>
      ) : null}
    </li>
  );
}

interface LineProps {
  readonly entry: FeedEntry;
  /** The group has said whether it was missed. */
  readonly isGrouped?: boolean;
}

const AlertLine = memo(function AlertLine({ entry: { alert, missedUntil }, isGrouped = false }: LineProps) {
  const { kind, ticket, occurredAt } = alert;
  return (
    <li className={classes.line} data-kind={kind} data-alert={alert.id}>
      <time className={classes.time} dateTime={occurredAt} title={exactInstant(occurredAt)}>
        {clockTime(Date.parse(occurredAt), serverClock.now())}
      </time>
      <span className={classes.icon}>
        <Icon name={ICONS[kind]} size={15} />
      </span>
      <span className={classes.words}>
        <span>
          <Link to={`/tickets/${ticket.reference}`} className={classes.link ?? ''}>
            {ticket.reference}
          </Link>{' '}
          {texts.tells(kind, alert.escalationLevel, whoTook(alert))}
          {missedUntil === null || isGrouped ? null : <span className={classes.missed}> {texts.away}</span>}
        </span>
        <span className={classes.about}>
          {ticket.title} · {ticket.client.name}
        </span>
      </span>
    </li>
  );
});

/** Whoever took the ticket on last; of an older alert about the same ticket that is the same. */
function whoTook({ ticket }: WallAlert): string | null {
  return ticket.escalations.findLast(({ acknowledgedBy }) => acknowledgedBy)?.acknowledgedBy?.name ?? null;
}
