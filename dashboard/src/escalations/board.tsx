import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { LEADS, useUser } from '../api/use-session.ts';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState } from '../shared/states.tsx';
import classes from './board.module.css';
import { BrokenBurst } from './broken-burst.tsx';
import { BrokenCard } from './broken-card.tsx';
import { type Group, inBursts } from './bursts.ts';
import { wallTexts } from './texts.ts';
import { useAcknowledge } from './use-acknowledge.ts';
import type { Alarm } from './use-alarm.ts';
import { calledAt, type WallModel, type WallSnapshot, type WallTicket } from './wall-model.ts';

interface Props {
  readonly model: WallModel;
  readonly snapshot: WallSnapshot;
  readonly alarm: Alarm;
}

/** More than these are asked for. */
const FIRST_SHOWN = 12;

const { waiting: texts, keyboard } = wallTexts;

/** Every broken promise that nobody has taken on; many that broke at once as one. */
export function Board({ model, snapshot, alarm }: Props) {
  const navigate = useNavigate();
  const isLead = LEADS.includes(useUser().role);
  const { busy, acknowledge } = useAcknowledge(model);
  const [current, setCurrent] = useState<string | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [isWhole, setWhole] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const groups = inBursts(snapshot.waiting, { id: ({ id }) => id, at: calledAt });
  const shown = isWhole ? groups : groups.slice(0, FIRST_SHOWN);
  const hidden = groups.length - shown.length;
  const place = shown.findIndex(({ id }) => id === current);
  const pointed = shown[place];

  const move = (by: number): void => {
    const next = shown[Math.min(Math.max(place + by, 0), shown.length - 1)];
    if (next) setCurrent(next.id);
  };
  const toggle = (id: string): void =>
    setOpened((before) =>
      before.has(id) ? new Set([...before].filter((each) => each !== id)) : new Set([...before, id]),
    );
  /** The mark goes to the one behind, so that a row of them is worked by one key. */
  const take = (group: Group<WallTicket>): void => {
    const at = shown.indexOf(group);
    setCurrent((shown[at + 1] ?? shown[at - 1])?.id ?? null);
    void acknowledge(group.items.map(({ id }) => id));
  };
  const open = (group: Group<WallTicket>): void => {
    const [first] = group.items;
    if (group.items.length > 1) toggle(group.id);
    else if (first) void navigate(`/tickets/${first.reference}`);
  };
  useShortcuts(keyboard.group, [
    { keys: 'j', does: keyboard.next, run: () => move(1) },
    { keys: 'k', does: keyboard.previous, run: () => move(-1) },
    { keys: 'Enter', does: keyboard.open, run: () => pointed && open(pointed) },
    ...(isLead ? [{ keys: 'a', does: keyboard.acknowledge, run: () => pointed && take(pointed) }] : []),
    { keys: 'm', does: keyboard.sound, run: alarm.switchSound },
  ]);
  useEffect(() => {
    if (current !== null) list.current?.querySelector('[data-current="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  return (
    <section aria-labelledby="waiting">
      <h2 className={classes.title} id="waiting">
        {texts.title}
        <span className={classes.count} data-any={snapshot.waiting.length > 0}>
          {snapshot.waiting.length}
        </span>
      </h2>
      {snapshot.waiting.length === 0 ? <EmptyState icon="check" title={texts.none} words={texts.noneWords} /> : null}
      <ul className={classes.board} ref={list}>
        {shown.map((group) => {
          const [first] = group.items;
          const common = { isCurrent: group.id === current, onAcknowledge: isLead ? () => take(group) : null };
          if (group.items.length > 1) {
            return (
              <BrokenBurst
                key={group.id}
                {...common}
                tickets={group.items}
                busy={busy}
                isOpen={opened.has(group.id)}
                onToggle={() => toggle(group.id)}
                onAcknowledgeOne={isLead ? (id) => void acknowledge([id]) : null}
              />
            );
          }
          return first ? <BrokenCard key={group.id} {...common} ticket={first} isBusy={busy.has(first.id)} /> : null;
        })}
      </ul>
      {hidden > 0 ? (
        <Button variant="default" fullWidth mt="sm" onClick={() => setWhole(true)}>
          {texts.more(hidden)}
        </Button>
      ) : null}
      {snapshot.unread > 0 ? (
        <p className={classes.unread}>
          {texts.unread(snapshot.unread)} <Link to="/queue?sla=BREACHED">{texts.unreadLink}</Link>
        </p>
      ) : null}
    </section>
  );
}
