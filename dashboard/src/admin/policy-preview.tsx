import { Skeleton, Stack } from '@mantine/core';
import { Link } from 'react-router';
import type { Problem } from '../api/problem.ts';
import { Icon } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { ErrorState } from '../shared/states.tsx';
import { sharedTexts } from '../shared/texts.ts';
import type { PreviewPolicyQuery } from './documents.generated.ts';
import classes from './policy.module.css';
import type { Change } from './policy-words.ts';
import { policyTexts } from './texts-policies.ts';

const { preview: texts, values } = policyTexts;

export type Preview = PreviewPolicyQuery['previewSlaPolicy'];

interface Props {
  readonly changes: readonly Change[];
  readonly preview: Preview | undefined;
  readonly problem: Problem | null;
  /** What is shown is of an earlier draft. */
  readonly isLoading: boolean;
  readonly onRetry: () => void;
}

/** What saving would do, before anybody saves: in words, then the nearest tickets. */
export function PolicyPreview({ changes, preview, problem, isLoading, onRetry }: Props) {
  return (
    <section className={classes.preview} aria-labelledby="preview-title" aria-busy={isLoading}>
      <h2 id="preview-title" className={classes.small}>
        {texts.title}
        {isLoading ? <span className={classes.working}>{texts.working}</span> : null}
      </h2>
      {changes.length === 0 ? <p className={classes.soft}>{texts.nothing}</p> : <Changes changes={changes} />}
      {changes.length > 0 ? <Effect preview={preview} problem={problem} onRetry={onRetry} /> : null}
    </section>
  );
}

export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <dl className={classes.changes} aria-label={texts.changes}>
      {changes.map(({ field, before, after }) => (
        <div key={field}>
          <dt>{field}</dt>
          <dd>
            <del>{before}</del> <span aria-hidden="true">→</span> <ins>{after}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Effect({ preview, problem, onRetry }: Omit<Props, 'changes' | 'isLoading'>) {
  if (problem && problem.fields.length === 0) return <ErrorState problem={problem} onRetry={onRetry} />;
  if (problem) {
    return (
      <div role="alert" className={classes.wrong}>
        <p>{texts.wrong}</p>
        <ul>
          {problem.fields.map(({ path, message }) => (
            <li key={path}>{message}</li>
          ))}
        </ul>
      </div>
    );
  }
  if (!preview) {
    return (
      <Stack gap="xs" role="status" aria-label={sharedTexts.loading}>
        <Skeleton height={14} width="70%" />
        <Skeleton height={14} width="55%" />
        <Skeleton height={14} width="60%" />
      </Stack>
    );
  }
  const { ticketsAffected, breachNow, relaxed, examples } = preview;
  return (
    <div>
      <div role="status">
        <p className={classes.affected}>{texts.affected(ticketsAffected)}</p>
        {ticketsAffected > 0 ? (
          <>
            <p className={classes.breach} data-breaks={breachNow > 0}>
              <Icon name={breachNow > 0 ? 'flame' : 'check'} size={16} />
              {texts.breach(breachNow)}
            </p>
            <p className={classes.soft}>{texts.relaxed(relaxed)}</p>
          </>
        ) : null}
      </div>
      {examples.length > 0 ? <Examples examples={examples} /> : null}
    </div>
  );
}

function Examples({ examples }: Pick<Preview, 'examples'>) {
  const { columns } = texts;
  return (
    <div className={classes.examples}>
      <table>
        <caption>{texts.examples(examples.length)}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.ticket}</th>
            <th scope="col">{columns.before}</th>
            <th scope="col">{columns.after}</th>
          </tr>
        </thead>
        <tbody>
          {examples.map(({ ticket, breachesNow, dueAtBefore, dueAtAfter }) => (
            <tr key={ticket.id} data-breaks={breachesNow}>
              <th scope="row">
                <Link to={`/tickets/${ticket.reference}`} title={ticket.title}>
                  {ticket.reference}
                </Link>
              </th>
              <td>{dueAtBefore ? <Instant at={dueAtBefore} /> : texts.paused}</td>
              <td>
                {dueAtAfter ? <Instant at={dueAtAfter} /> : texts.paused}
                {breachesNow ? <strong className={classes.breaks}>{texts.breaks}</strong> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Both sides of a policy that two people edit. */
export function BothSides({ changes }: { readonly changes: readonly Change[] }) {
  const { conflict } = policyTexts;
  if (changes.length === 0) return <p>{conflict.same}</p>;
  return (
    <table className={classes.sides}>
      <thead>
        <tr>
          <th scope="col">{conflict.field}</th>
          <th scope="col">{conflict.theirs}</th>
          <th scope="col">{conflict.yours}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>{before || values.none}</td>
            <td>{after || values.none}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
