import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Problem } from '../api/problem.ts';
import { Icon, type IconName } from './icons.tsx';
import classes from './states.module.css';
import { sharedTexts } from './texts.ts';

/** Something did not work, why, and a way to try again. */
export function ErrorState({ problem, onRetry }: { readonly problem: Problem; readonly onRetry?: () => void }) {
  return (
    <div className={classes.state} role="alert">
      <Icon name="warning" size={28} />
      <p className={classes.title}>{problem.code === 'NETWORK' ? sharedTexts.offline : sharedTexts.failed}</p>
      <p className={classes.words}>{problem.message}</p>
      {problem.requestId ? <p className={classes.reference}>{sharedTexts.reference(problem.requestId)}</p> : null}
      {onRetry ? (
        <Button variant="default" onClick={onRetry} leftSection={<Icon name="refresh" size={16} />}>
          {sharedTexts.retry}
        </Button>
      ) : null}
    </div>
  );
}

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly words?: string;
  /** What one can do about it. */
  readonly children?: ReactNode;
}

/** There is nothing, why, and what to do about it. */
export function EmptyState({ icon, title, words, children }: EmptyProps) {
  return (
    <div className={classes.state}>
      <Icon name={icon} size={28} />
      <p className={classes.title}>{title}</p>
      {words ? <p className={classes.words}>{words}</p> : null}
      {children}
    </div>
  );
}

/** The shape of rows that are on their way. */
export function RowsSkeleton({ rows = 8, height = 18 }: { readonly rows?: number; readonly height?: number }) {
  return (
    <div className={classes.rows} role="status" aria-label={sharedTexts.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move.
        <Skeleton key={row} height={height} width={`${92 - ((row * 17) % 38)}%`} radius="sm" />
      ))}
    </div>
  );
}
