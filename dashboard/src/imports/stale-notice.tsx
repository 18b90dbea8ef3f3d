import { Button } from '@mantine/core';
import type { Problem } from '../api/problem.ts';
import { Icon } from '../shared/icons.tsx';
import { sharedTexts } from '../shared/texts.ts';
import classes from './drop-zone.module.css';
import { importTexts } from './texts.ts';

/** That the page could not be kept up to date, and why. */
export function StaleNotice({ problem, onRetry }: { readonly problem: Problem; readonly onRetry: () => void }) {
  return (
    <div className={classes.stale} role="status">
      <Icon name="warning" size={16} />
      <span>{importTexts.list.stale(problem.message)}</span>
      <Button size="compact-xs" variant="default" onClick={onRetry}>
        {sharedTexts.retry}
      </Button>
    </div>
  );
}
