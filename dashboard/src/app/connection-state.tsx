import { VisuallyHidden } from '@mantine/core';
import { useCallback } from 'react';
import type { Connection } from '../api/connection.ts';
import { useConnection } from '../api/use-live.ts';
import { durationWords } from '../shared/duration.ts';
import { exactInstant } from '../shared/instant.tsx';
import { useNowText } from '../shared/use-now.ts';
import classes from './connection-state.module.css';
import { appTexts } from './texts.ts';

/** Whether what is on the screen is the present: live, reconnecting since when, caught up with how much. */
export function ConnectionState() {
  const connection = useConnection();
  const words = useNowText(useCallback((now: number) => wordsOf(connection, now), [connection]));
  if (connection.kind === 'quiet') return null;
  const since = connection.kind === 'reconnecting' ? exactInstant(new Date(connection.since).toISOString()) : undefined;
  return (
    <div className={classes.state} data-kind={connection.kind} title={since}>
      <span className={classes.dot} aria-hidden="true" />
      {/* Said aloud when it changes, not each second of a lost connection. */}
      <span role="status" aria-label={appTexts.connection.label}>
        {connection.kind === 'reconnecting' ? <VisuallyHidden>{appTexts.connection.lost}</VisuallyHidden> : null}
        <span aria-hidden={connection.kind === 'reconnecting'}>{words}</span>
      </span>
    </div>
  );
}

function wordsOf(connection: Connection, now: number): string {
  const texts = appTexts.connection;
  switch (connection.kind) {
    case 'quiet':
      return texts.quiet;
    case 'connecting':
      return texts.connecting;
    case 'live':
      if (connection.caughtUp === null) return texts.live;
      return connection.caughtUp === 0 ? texts.backNothing : texts.caughtUp(connection.caughtUp);
    case 'reconnecting':
      return texts.reconnecting(durationWords(now - connection.since));
    default:
      return connection satisfies never;
  }
}
