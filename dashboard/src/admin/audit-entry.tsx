import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAnswer } from '../api/use-answer.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import classes from './admin.module.css';
import own from './audit.module.css';
import { fieldsOf, refusalCode, subjectName } from './audit-view.ts';
import { type AuditPageQuery, AuditSubjectDocument, type AuditSubjectQuery } from './documents.generated.ts';
import { auditTexts as texts } from './texts-audit.ts';

export type Entry = AuditPageQuery['auditLog']['nodes'][number];
type Subject = AuditSubjectQuery['node'];

interface Props {
  readonly entry: Entry;
  /** The name of a user; null: the id is of something else. */
  readonly nameOf: (id: string | null) => string | null;
  /** Shows only what was done to this. */
  readonly onSubject: (id: string) => void;
}

/** One line of the trail; opened, it shows what was before and after. */
export function AuditEntryRow({ entry, nameOf, onSubject }: Props) {
  const [isOpen, setOpen] = useState(false);
  const { columns } = texts;
  const what = texts.actions[entry.action] ?? entry.action;
  const code = entry.succeeded ? null : refusalCode(entry.after);
  const details = `details-${entry.id}`;
  return (
    <>
      <tr>
        <td>
          <Instant at={entry.occurredAt} as="short" />
        </td>
        <td data-label={columns.who}>{entry.actor?.name ?? <span className={classes.count}>{texts.nobody}</span>}</td>
        <th scope="row">{what}</th>
        <td className={own.subject}>{subjectName(entry.before, entry.after) ?? nameOf(entry.subjectId) ?? ''}</td>
        <td>
          <span className={classes.tag} data-tone={entry.succeeded ? 'good' : 'bad'}>
            <Icon name={entry.succeeded ? 'check' : 'cross'} size={14} />
            {entry.succeeded ? texts.done : code ? texts.refusedAs(code) : texts.refused}
          </span>
        </td>
        <td className={classes.actions}>
          <Button
            size="compact-xs"
            variant="subtle"
            aria-expanded={isOpen}
            aria-controls={isOpen ? details : undefined}
            aria-label={texts.show(what)}
            rightSection={<Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={14} />}
            onClick={() => setOpen(!isOpen)}
          >
            {texts.details}
          </Button>
        </td>
      </tr>
      {isOpen ? (
        <tr id={details} className={own.open}>
          <td colSpan={6}>
            <Details entry={entry} onSubject={onSubject} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Details({ entry, onSubject }: Omit<Props, 'nameOf'>) {
  const fields = fieldsOf(entry.before, entry.after);
  return (
    <div className={own.details}>
      {fields.length === 0 ? (
        <p className={classes.soft}>{texts.unchanged}</p>
      ) : (
        <table className={own.fields}>
          <thead>
            <tr>
              <th scope="col">{texts.field}</th>
              {entry.succeeded ? <th scope="col">{texts.before}</th> : null}
              <th scope="col">{entry.succeeded ? texts.after : texts.tried}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(({ field, before, after }) => (
              <tr key={field}>
                <th scope="row">{texts.fields[field] ?? field}</th>
                {entry.succeeded ? <td>{before ?? <span className={classes.count}>{texts.absent}</span>}</td> : null}
                <td>{after ?? <span className={classes.count}>{texts.absent}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className={own.facts}>
        {entry.subjectId ? <SubjectFacts id={entry.subjectId} onSubject={onSubject} /> : null}
        {entry.ip ? (
          <div>
            <dt>{texts.address}</dt>
            <dd>{entry.ip}</dd>
          </div>
        ) : null}
      </dl>
    </div>
  );
}

function SubjectFacts({ id, onSubject }: { readonly id: string; readonly onSubject: (id: string) => void }) {
  const { data } = useAnswer(AuditSubjectDocument, { id });
  return (
    <div>
      <dt>{texts.columns.subject}</dt>
      <dd className={own.who}>
        {data ? <SubjectLink node={data.node} /> : null}
        <span className={own.id}>{id}</span>
        <Button size="compact-xs" variant="default" onClick={() => onSubject(id)}>
          {texts.only}
        </Button>
      </dd>
    </div>
  );
}

function SubjectLink({ node }: { readonly node: Subject }) {
  if (!node) return <span className={classes.count}>{texts.gone}</span>;
  const kind = texts.kinds[node.__typename] ?? node.__typename;
  const place = placeOf(node);
  if (!place) return <span>{kind}</span>;
  return (
    <Link className={classes.link ?? ''} to={place.to}>
      {kind} {place.name}
    </Link>
  );
}

/** Where the subject of an entry is to be seen. */
function placeOf(node: NonNullable<Subject>): { to: string; name: string } | null {
  switch (node.__typename) {
    case 'Ticket':
      return { to: `/tickets/${node.reference}`, name: node.reference };
    case 'Client':
      return { to: `/admin/clients?q=${encodeURIComponent(node.name)}`, name: node.name };
    case 'User':
      return { to: `/admin/users?q=${encodeURIComponent(node.name)}`, name: node.name };
    case 'ImportProcess':
      return { to: `/imports/${node.id}`, name: node.filename };
    default:
      return null;
  }
}
