import { Alert, Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { serverClock } from '../api/server-clock.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Icon, type IconName } from '../shared/icons.tsx';
import { Instant } from '../shared/instant.tsx';
import { ErrorState, RowsSkeleton } from '../shared/states.tsx';
import { useTitle } from '../shared/use-title.ts';
import classes from './admin.module.css';
import { DeadLetters } from './dead-letters.tsx';
import { AdminQueuesDocument, type AdminQueuesQuery } from './documents.generated.ts';
import { adminTexts } from './texts.ts';
import { queuesTexts as texts } from './texts-running.ts';
import { useEvery } from './use-every.ts';

const EVERY_MS = 5_000;
type Queue = AdminQueuesQuery['queueStats'][number];

/** How deep each job queue is, kept current, and the rows that imports could not take in. */
export function QueuesPage() {
  useTitle(adminTexts.page(texts.title));
  const { data, problem, reload } = useAnswer(AdminQueuesDocument, {});
  const [readAt, setReadAt] = useState<string>();
  useEffect(() => {
    if (data) setReadAt(new Date(serverClock.now()).toISOString());
  }, [data]);
  useEvery(EVERY_MS, reload);
  const queues = data?.queueStats;
  return (
    <>
      <div className={classes.line}>
        <h1 className={classes.title}>{texts.title}</h1>
        {queues ? <span className={classes.count}>{summary(queues)}</span> : null}
        {readAt ? (
          <span className={classes.count}>
            {texts.read} <Instant at={readAt} />
          </span>
        ) : null}
        <Button variant="default" size="xs" leftSection={<Icon name="refresh" size={15} />} onClick={reload}>
          {adminTexts.refresh}
        </Button>
      </div>
      {problem ? <ErrorState problem={problem} onRetry={reload} /> : null}
      {!queues && !problem ? <RowsSkeleton /> : null}
      {queues?.some(({ failed }) => failed > 0) ? (
        <Alert color="yellow" mb="sm">
          {texts.failedWords}
        </Alert>
      ) : null}
      {queues ? <Depths queues={queues} /> : null}
      <DeadLetters />
    </>
  );
}

function summary(queues: readonly Queue[]): string {
  const sum = (field: 'waiting' | 'active' | 'failed'): number => queues.reduce((all, each) => all + each[field], 0);
  const [waiting, active, failed] = [sum('waiting'), sum('active'), sum('failed')];
  return waiting + active + failed === 0 ? texts.calm : texts.summary(waiting, active, failed);
}

const NUMBERS = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;

function Depths({ queues }: { readonly queues: readonly Queue[] }) {
  const { columns } = texts;
  return (
    <table className={classes.table} aria-label={texts.table}>
      <thead>
        <tr>
          <th scope="col">{columns.queue}</th>
          <th scope="col">{columns.state}</th>
          {NUMBERS.map((field) => (
            <th key={field} scope="col" className={classes.number}>
              {columns[field]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => {
          const [name, words] = texts.names[queue.name] ?? [queue.name, ''];
          return (
            <tr key={queue.name}>
              <th scope="row">
                {name} <span className={classes.beside}>{words}</span>
              </th>
              <td>
                <State queue={queue} />
              </td>
              {NUMBERS.map((field) => (
                <td key={field} className={classes.number} data-label={columns[field]} data-zero={queue[field] === 0}>
                  {adminTexts.count(queue[field])}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function State({ queue: { paused, failed, active, waiting } }: { readonly queue: Queue }) {
  const { state } = texts;
  const [words, tone, icon]: [string, string, IconName] = paused
    ? [state.paused, 'risk', 'pause']
    : failed > 0
      ? [state.failed, 'bad', 'warning']
      : active + waiting > 0
        ? [state.busy, 'good', 'refresh']
        : [state.idle, 'off', 'check'];
  return (
    <span className={classes.tag} data-tone={tone}>
      <Icon name={icon} size={14} />
      {words}
    </span>
  );
}
