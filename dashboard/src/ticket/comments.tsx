import { Button, Checkbox, Textarea } from '@mantine/core';
import { type FormEvent, type RefObject, useState } from 'react';
import { asProblem } from '../api/problem.ts';
import { apiTexts } from '../api/texts.ts';
import { useUser } from '../api/use-session.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { tellProblem } from '../shared/notify.ts';
import { ticketTexts } from './texts.ts';
import classes from './ticket-page.module.css';
import type { OpenTicket } from './use-ticket.ts';

const { comments: texts } = ticketTexts;

interface Props {
  readonly open: OpenTicket;
  readonly box: RefObject<HTMLTextAreaElement | null>;
}

/** What was said, and a place to say more; a comment stands at once, and comes back into the box when it is refused. */
export function Comments({ open, box }: Props) {
  const { name } = useUser();
  const [body, setBody] = useState('');
  const [internal, setInternal] = useState(false);
  const [sending, setSending] = useState<string | null>(null);
  const { items, hasMore } = open.comments;
  const send = async (): Promise<void> => {
    const said = body.trim();
    if (said === '' || sending !== null) return;
    setSending(said);
    setBody('');
    try {
      await open.comment(said, internal);
    } catch (error) {
      setBody(said);
      tellProblem(asProblem(error, apiTexts.unreachable), ticketTexts.refused);
    }
    setSending(null);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void send();
  };
  return (
    <>
      {items.length === 0 && sending === null ? <p className={classes.soft}>{texts.none}</p> : null}
      <ol className={classes.comments}>
        {items.map((comment) => (
          <li key={comment.id} className={classes.comment} data-internal={comment.internal}>
            <div className={classes.said}>
              <strong>{comment.author.name}</strong>
              <Instant at={comment.createdAt} />
              {comment.internal ? (
                <span className={classes.internal}>
                  <Icon name="lock" size={13} />
                  {texts.internalMark}
                </span>
              ) : null}
            </div>
            <p className={classes.text}>{comment.body}</p>
          </li>
        ))}
        {sending === null ? null : (
          <li className={classes.comment} data-pending="true">
            <div className={classes.said}>
              <strong>{name}</strong>
              <span>{texts.sending}</span>
            </div>
            <p className={classes.text}>{sending}</p>
          </li>
        )}
      </ol>
      {hasMore ? (
        <Button variant="default" size="xs" onClick={() => void open.readComments()}>
          {texts.more}
        </Button>
      ) : null}
      <form className={classes.say} onSubmit={submit}>
        <Textarea
          ref={box}
          aria-label={texts.label}
          placeholder={texts.hint}
          autosize
          minRows={3}
          maxRows={14}
          maxLength={20_000}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <div className={classes.sayFoot}>
          <Checkbox
            size="xs"
            label={texts.internal}
            checked={internal}
            onChange={(event) => setInternal(event.currentTarget.checked)}
          />
          <Button type="submit" size="xs" disabled={body.trim() === ''}>
            {texts.send}
          </Button>
        </div>
      </form>
    </>
  );
}
