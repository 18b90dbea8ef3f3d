import { Alert, Button } from '@mantine/core';
import { useRef, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useAnswer } from '../api/use-answer.ts';
import { useUser } from '../api/use-session.ts';
import { StatusBadge } from '../shared/badges.tsx';
import { Icon } from '../shared/icons.tsx';
import { useShortcuts } from '../shared/shortcuts.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import { Comments } from './comments.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { TicketPeopleDocument } from './documents.generated.ts';
import { EditDialog } from './edit-dialog.tsx';
import { PromiseBar } from './promise-bar.tsx';
import { SidePanel } from './side-panel.tsx';
import { ticketTexts as texts } from './texts.ts';
import type { Ticket } from './ticket-model.ts';
import classes from './ticket-page.module.css';
import { Timeline } from './timeline.tsx';
import { type ReadTicket, useReadTicket, useTicket } from './use-ticket.ts';

/** One ticket, by the reference in the address. */
export function TicketPage() {
  const { reference = '' } = useParams();
  const { read, problem, reload } = useReadTicket(reference);
  useTitle(read?.ticket ? `${reference} ${read.ticket.title}` : reference);
  if (problem) return <ErrorState problem={problem} onRetry={reload} />;
  if (!read) return <RowsSkeleton rows={10} />;
  if (!read.ticket) return <EmptyState icon="ticket" title={texts.missing} words={texts.missingWords(reference)} />;
  return <Open key={read.ticket.id} read={read} first={read.ticket} />;
}

function Open({ read, first }: { readonly read: ReadTicket; readonly first: Ticket }) {
  const open = useTicket(first, read, read.cursor);
  const { ticket, conflict, isGone, isPending, change } = open;
  const navigate = useNavigate();
  const user = useUser();
  const [params, setParams] = useSearchParams();
  const [editing, setEditing] = useState<Ticket | null>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const people = useAnswer(TicketPeopleDocument, {}).data?.users ?? [];
  const nameOf = (id: string): string => people.find((person) => person.id === id)?.name ?? texts.history.somebody;
  const tab = params.get('tab') === 'history' ? 'history' : 'comments';
  const show = (next: 'comments' | 'history') => setParams(next === 'history' ? { tab: next } : {}, { replace: true });
  const isKept = ticket.deletedAt === null;
  const { keyboard } = texts;
  useShortcuts(keyboard.group, [
    {
      keys: 'c',
      does: keyboard.comment,
      run: () => {
        show('comments');
        // Once the tab is drawn.
        requestAnimationFrame(() => box.current?.focus());
      },
    },
    { keys: 'e', does: keyboard.edit, run: () => isKept && setEditing(ticket) },
    {
      keys: 't',
      does: keyboard.take,
      run: () => isKept && !isPending && void change({ assignee: user }, ticket.version),
    },
    { keys: 'u', does: keyboard.back, run: () => void navigate('/queue') },
  ]);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Link to="/queue" className={classes.back ?? ''}>
          <Icon name="back" size={15} />
          {texts.back}
        </Link>
        <div className={classes.line}>
          <span className={classes.reference}>{ticket.reference}</span>
          <StatusBadge status={ticket.status} />
        </div>
        <div className={classes.line}>
          <h1 className={classes.title}>{ticket.title}</h1>
          {isKept ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<Icon name="edit" size={15} />}
              onClick={() => setEditing(ticket)}
            >
              {texts.edit}
            </Button>
          ) : null}
        </div>
        {isGone || !isKept ? <Alert color="red">{isGone && isKept ? texts.gone : texts.deleted}</Alert> : null}
      </div>
      <div className={classes.columns}>
        <div className={classes.main}>
          <section aria-label={texts.description}>
            {ticket.description.trim() === '' ? (
              <p className={classes.soft}>{texts.noDescription}</p>
            ) : (
              <p className={classes.text}>{ticket.description}</p>
            )}
          </section>
          <PromiseBar sla={ticket.sla} />
          <div className={classes.tabs} role="tablist" aria-label={texts.tabs.label}>
            {(['comments', 'history'] as const).map((each) => (
              <button
                key={each}
                type="button"
                role="tab"
                id={`tab-${each}`}
                aria-selected={tab === each}
                aria-controls="talk"
                className={classes.tab}
                onClick={() => show(each)}
              >
                {texts.tabs[each]}
              </button>
            ))}
          </div>
          <div role="tabpanel" id="talk" aria-labelledby={`tab-${tab}`} className={classes.talk}>
            {tab === 'comments' ? <Comments open={open} box={box} /> : <Timeline open={open} nameOf={nameOf} />}
          </div>
        </div>
        <SidePanel open={open} people={people} />
      </div>
      {editing ? (
        <EditDialog
          ticket={editing}
          onClose={() => setEditing(null)}
          onSave={(wanted, version) => void change(wanted, version)}
        />
      ) : null}
      {conflict ? (
        <ConflictDialog
          {...conflict}
          onKeepTheirs={open.settle}
          onUseMine={() => void change(conflict.mine, conflict.theirs.version)}
        />
      ) : null}
    </div>
  );
}
